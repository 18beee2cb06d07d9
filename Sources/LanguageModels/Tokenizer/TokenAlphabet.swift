import Basics

/// What the symbols of a vocabulary are written in.
enum TokenAlphabet: Sendable {
    /// Every byte as a visible character, as in GPT-2 (`ByteAlphabet`).
    case bytes
    /// Characters as they are, spaces as U+2581, and bytes that belong to no character in the vocabulary as `<0x0A>`,
    /// as in SentencePiece.
    case characters(fallsBackToBytes: Bool)

    /// The bytes that a symbol stands for.
    func bytes(_ symbol: String) -> [UInt8] {
        guard case .characters(let fallsBack) = self else { return ByteAlphabet.bytes(symbol) }
        if fallsBack, let byte = Self.byte(named: symbol) { return [byte] }
        var text = String.UnicodeScalarView()
        for scalar in symbol.unicodeScalars { text.append(scalar == Metaspace.mark ? " " : scalar) }
        return Array(String(text).utf8)
    }

    /// The symbols by which a text could be one token, the first that is there counting.
    func symbols(_ text: [UInt8]) -> [String] {
        guard case .characters(let fallsBack) = self else { return [ByteAlphabet.symbol(text)] }
        var symbols: [String] = []
        if let text = String(validating: text, as: UTF8.self) {
            var marked = String.UnicodeScalarView()
            for scalar in text.unicodeScalars { marked.append(scalar == " " ? Metaspace.mark : scalar) }
            symbols.append(String(marked))
        }
        if fallsBack, text.count == 1 { symbols.append(Self.name(of: text[0])) }
        return symbols
    }

    /// The text of tokens' bytes. SentencePiece takes the single bytes of a row for one text, or for none: each that is
    /// no part of valid UTF-8 makes all of them U+FFFD.
    func text(of symbols: some Sequence<(symbol: String, bytes: [UInt8])>) -> String {
        guard case .characters(fallsBackToBytes: true) = self else {
            return String(decoding: symbols.flatMap(\.bytes), as: UTF8.self)
        }
        var (text, row) = ("", [UInt8]())
        func flush() {
            text += String(validating: row, as: UTF8.self) ?? String(repeating: "\u{FFFD}", count: row.count)
            row = []
        }
        for (symbol, bytes) in symbols {
            if Self.byte(named: symbol) != nil {
                row += bytes
            } else {
                flush()
                text += String(decoding: bytes, as: UTF8.self)
            }
        }
        flush()
        return text
    }

    /// The name of a byte's token in vocabularies that fall back to bytes: `<0x0A>`.
    static func name(of byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x" + (digits.utf8.count == 1 ? "0" : "") + digits + ">"
    }

    private static func byte(named symbol: String) -> UInt8? {
        guard symbol.utf8.count == 6, symbol.utf8.starts(with: "<0x".utf8) else { return nil }
        return UInt8(symbol.dropFirst(3).prefix(2), radix: 16).flatMap {
            name(of: $0).hasSameBytes(as: symbol) ? $0 : nil
        }
    }
}
