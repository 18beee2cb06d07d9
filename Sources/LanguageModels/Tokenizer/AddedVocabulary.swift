import Basics

/// The added tokens of a tokenizer: how they get their numbers, and where a text has them.
///
/// As in the `tokenizers` library: a token that the vocabulary has keeps its number; another gets the next one after
/// all. A token that is added again takes on the flags it is added with last.
struct AddedVocabulary: Sendable {
    private(set) var tokens: [Int32: AddedToken] = [:]
    private(set) var ids: [ExactString: Int32] = [:]
    private var plain = ByteTrie()
    private var normalized = ByteTrie()

    /// - Parameter vocabulary: numbers of the model's own tokens.
    init(_ list: [AddedToken], vocabulary: [ExactString: Int32], normalizer: TextNormalizer?) {
        var next = Int32(vocabulary.count)
        for token in list where !token.content.isEmpty {
            let content = ExactString(token.content)
            let id = ids[content] ?? vocabulary[content] ?? next
            if id == next { next += 1 }
            ids[content] = id
            tokens[id] = token
        }
        for (id, token) in tokens {
            if token.isNormalized {
                normalized.insert((normalizer?.normalize(token.content) ?? token.content).utf8, id)
            } else {
                plain.insert(token.content.utf8, id)
            }
        }
    }

    /// A stretch of text between added tokens, or one of them.
    enum Part: Equatable {
        case text(Range<Int>)
        case token(Int32)
    }

    /// Cuts a text at the tokens of one of the two kinds.
    ///
    /// - Parameters:
    ///   - searchingNormalized: whether for the tokens that are searched for in normalized text, or for the others.
    ///   - leavingSpecials: whether the special ones are left as text.
    func split(
        _ bytes: UnsafeBufferPointer<UInt8>, searchingNormalized: Bool, leavingSpecials: Bool
    ) -> [Part] {
        let trie = searchingNormalized ? normalized : plain
        guard !trie.isEmpty else { return bytes.isEmpty ? [] : [.text(0..<bytes.count)] }
        var parts: [Part] = []
        // Where the text not yet given out begins, and where the search goes on: white space that a token takes on its
        // right is still searched.
        var (done, searched) = (0, 0)
        while let match = trie.next(in: bytes, from: searched) {
            searched = match.range.upperBound
            guard let token = tokens[match.number] else { continue }
            if leavingSpecials, token.isSpecial { continue }
            var (start, end) = (match.range.lowerBound, match.range.upperBound)
            if token.isSingleWord, Self.endsInWord(bytes, start) || Self.startsWithWord(bytes, end) { continue }
            if token.stripsLeft { start = max(Self.startOfSpace(bytes, before: start), done) }
            if token.stripsRight { end = Self.endOfSpace(bytes, from: end) }
            if done < start { parts.append(.text(done..<start)) }
            // White space that the token before it has taken leaves nothing of a token made of white space.
            if start < end { parts.append(.token(match.number)) }
            done = max(done, end)
        }
        if done < bytes.count { parts.append(.text(done..<bytes.count)) }
        return parts
    }

    private static func endsInWord(_ bytes: UnsafeBufferPointer<UInt8>, _ end: Int) -> Bool {
        guard let (scalar, _) = scalar(bytes, before: end) else { return false }
        return isWordCharacter(scalar)
    }

    private static func startsWithWord(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        guard let (scalar, _) = scalar(bytes, at: start) else { return false }
        return isWordCharacter(scalar)
    }

    private static func startOfSpace(_ bytes: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
        var start = end
        while let (scalar, next) = scalar(bytes, before: start), scalar.properties.isWhitespace { start = next }
        return start
    }

    private static func endOfSpace(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start
        while let (scalar, next) = scalar(bytes, at: end), scalar.properties.isWhitespace { end = next }
        return end
    }

    /// `\w` of Unicode's recommendation for regular expressions (UTS 18).
    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }

    /// The scalar that starts here, and where the next does. The bytes are valid UTF-8.
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (Unicode.Scalar, Int)? {
        guard start < bytes.count else { return nil }
        let length = bytes[start] < 0x80 ? 1 : bytes[start] < 0xE0 ? 2 : bytes[start] < 0xF0 ? 3 : 4
        let end = min(start + length, bytes.count)
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        return text.unicodeScalars.first.map { ($0, end) }
    }

    /// The scalar that ends here, and where it starts.
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, before end: Int) -> (Unicode.Scalar, Int)? {
        guard end > 0 else { return nil }
        var start = end - 1
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(bytes, at: start).map { ($0.0, start) }
    }
}
