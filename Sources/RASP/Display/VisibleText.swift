/// Text in which every character can be seen: for tables, where a line feed or a right-to-left mark would break the
/// rows.
public enum VisibleText {
    /// A token, with its blanks made visible as well.
    public static func token(_ text: String) -> String {
        marked(text) { scalar in
            switch scalar {
            case " ": "␣"
            case "\n": "⏎"
            case "\t": "⇥"
            default: nil
            }
        }
    }

    /// A cell of a table, with blanks as they are.
    public static func cell(_ text: String) -> String { marked(text) { $0 == "\n" ? "⏎" : nil } }

    /// The text in double quotes, with everything spelled out that cannot be seen.
    public static func quoted(_ text: String) -> String {
        "\"" + marked(text) { $0 == "\n" ? "\\n" : nil } + "\""
    }

    /// Whether a text can be seen as it is.
    public static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { PythonLiteral.isPrintable($0) && !$0.properties.isWhitespace }
    }

    /// What cannot be printed is spelled as in a Python literal, `\x07`. A combining mark at the beginning gets a base
    /// of its own: it would be drawn over what stands before it.
    private static func marked(_ text: String, _ mark: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        if text.unicodeScalars.first.map(isMark) ?? false { result = "\u{25CC}" }
        for scalar in text.unicodeScalars {
            if let mark = mark(scalar) {
                result += mark
            } else if PythonLiteral.isPrintable(scalar) || isJoiner(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += PythonLiteral.escape(scalar)
            }
        }
        return result
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .enclosingMark
    }

    /// Joins emoji to one picture; a picture taken apart would be another.
    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{200D}" }
}
