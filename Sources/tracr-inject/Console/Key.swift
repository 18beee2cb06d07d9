/// What a terminal sends when a key is pressed.
enum Key: Equatable {
    case text(String)
    case enter, tab, backspace, delete, escape
    case left, right, up, down, home, end, wordLeft, wordRight
    case deleteWordRight, deleteWordLeft
    /// With its letter, lower case.
    case control(Character)
}

/// Puts keys together from bytes.
struct KeyReader {
    /// The next byte; nil at the end of input.
    let nextByte: () throws -> UInt8?

    /// - Returns: nil at the end of input.
    func next() throws -> Key? {
        guard let byte = try nextByte() else { return nil }
        switch byte {
        case 9: return .tab
        case 10, 13: return .enter
        case 8, 127: return .backspace
        case 27: return try escapeSequence()
        case 1...26: return .control(Character(UnicodeScalar(byte + 96)))
        case 0..<32: return .escape
        default: return try text(first: byte)
        }
    }

    private func text(first: UInt8) throws -> Key {
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        var bytes = [first]
        while bytes.count < count, let byte = try nextByte() { bytes.append(byte) }
        return .text(String(decoding: bytes, as: UTF8.self))
    }

    private func escapeSequence() throws -> Key? {
        guard let byte = try nextByte() else { return nil }
        switch byte {
        case UInt8(ascii: "["): return try controlSequence()
        case UInt8(ascii: "O"):
            guard let final = try nextByte() else { return nil }
            return Self.named(final, isModified: false)
        case UInt8(ascii: "b"): return .wordLeft
        case UInt8(ascii: "f"): return .wordRight
        case UInt8(ascii: "d"): return .deleteWordRight
        case 8, 127: return .deleteWordLeft
        default: return .escape
        }
    }

    /// `ESC [`, parameters, and a final byte.
    private func controlSequence() throws -> Key? {
        var parameters = ""
        while let byte = try nextByte() {
            guard (0x40...0x7E).contains(byte) else {
                // No key of a terminal is longer; what comes is something else.
                if parameters.utf8.count < 16 { parameters.unicodeScalars.append(UnicodeScalar(byte)) }
                continue
            }
            if byte == UInt8(ascii: "~") {
                switch parameters.split(separator: ";").first {
                case "1", "7": return .home
                case "4", "8": return .end
                case "3": return .delete
                default: return .escape
                }
            }
            return Self.named(byte, isModified: parameters.contains(";"))
        }
        return nil
    }

    private static func named(_ final: UInt8, isModified: Bool) -> Key {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): isModified ? .wordRight : .right
        case UInt8(ascii: "D"): isModified ? .wordLeft : .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        default: .escape
        }
    }
}
