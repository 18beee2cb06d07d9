/// GPT-2 writes every byte as a visible character, so that its vocabulary is text: a space is `Ġ`, a line feed `Ċ`.
public enum ByteAlphabet {
    /// The bytes that stand for themselves: those of Latin-1 that can be seen.
    private static func isVisible(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
    }

    /// The character of each byte: itself, or the next one from U+0100 on.
    public static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            if isVisible(byte) { return Unicode.Scalar(byte) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? "?"
        }
    }()

    /// The bytes in the order in which GPT-2 numbers them: the visible ones first.
    static let order: [UInt8] =
        (UInt8.min...UInt8.max).filter(isVisible) + (UInt8.min...UInt8.max).filter { !isVisible($0) }

    private static let inverse: [UInt32: UInt8] = Dictionary(
        uniqueKeysWithValues: scalars.enumerated().map { ($1.value, UInt8($0)) })

    /// How the vocabulary writes bytes.
    public static func symbol(_ bytes: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(scalars[Int(byte)]) }
        return String(text)
    }

    /// The bytes of a symbol; its UTF-8 where it has characters outside the alphabet (a token added by hand).
    public static func bytes(_ symbol: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in symbol.unicodeScalars {
            guard let byte = inverse[scalar.value] else { return Array(symbol.utf8) }
            bytes.append(byte)
        }
        return bytes
    }
}
