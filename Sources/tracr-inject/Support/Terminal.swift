import Foundation

/// What the streams are connected to, and whether colour is welcome there.
enum Terminal {
    enum Stream: Int32 {
        case input = 0
        case output = 1
        case error = 2
    }

    static func isTerminal(_ stream: Stream) -> Bool {
        isatty(stream.rawValue) == 1
    }

    /// Colour only on a terminal, never with `NO_COLOR` set to anything (no-color.org) or on a dumb terminal.
    static func showsColour(_ stream: Stream) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        guard isTerminal(stream), environment["TERM"] != "dumb" else { return false }
        return (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Whether lines can be edited on it: both ways, and it knows how to move its cursor.
    static var canEdit: Bool {
        isTerminal(.input) && isTerminal(.output) && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case yellow = "33"
        case boldRed = "1;31"
    }

    /// Text from elsewhere with its control characters spelled out, line feeds and tabs excepted: what a file holds
    /// must not command the terminal that an error about it is shown on.
    static func harmless(_ text: String) -> String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
        }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    static func styled(_ text: String, _ style: Style, for stream: Stream) -> String {
        showsColour(stream) ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
