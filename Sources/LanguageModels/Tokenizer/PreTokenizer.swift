/// Cuts text into the words within which byte pairs are merged (Radford et al. 2019, `encoder.py`):
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// The alternatives are tried in this order at each position. White space before a word is left to the words before
/// it, all but its last character (that is the look-ahead `(?!\S)`), and that one joins the word if it is a space.
struct PreTokenizer {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let isolatesDigits: Bool

    /// - Parameters:
    ///   - bytes: Valid UTF-8.
    ///   - isolatesDigits: Whether each character of class `\p{N}` is a word of its own, and the text between two of
    ///     them is cut as a text of its own (the pre-tokenizer `Digits` before `ByteLevel`).
    init(_ bytes: UnsafeBufferPointer<UInt8>, isolatesDigits: Bool = false) {
        (self.bytes, self.isolatesDigits) = (bytes, isolatesDigits)
    }

    /// Calls the body with the range of bytes of each word; the ranges follow each other without gaps.
    func forEachWord(_ body: (Range<Int>) -> Void) {
        guard isolatesDigits else { return forEachWordOfText(body) }
        func between(_ range: Range<Int>) {
            PreTokenizer(UnsafeBufferPointer(rebasing: bytes[range])).forEachWordOfText { word in
                body(range.lowerBound + word.lowerBound..<range.lowerBound + word.upperBound)
            }
        }
        var (start, index) = (0, 0)
        while index < bytes.count {
            let (kind, next) = character(at: index)
            if kind == .number {
                between(start..<index)
                body(index..<next)
                start = next
            }
            index = next
        }
        between(start..<bytes.count)
    }

    private func forEachWordOfText(_ body: (Range<Int>) -> Void) {
        var start = 0
        while start < bytes.count {
            let end = endOfWord(at: start)
            body(start..<end)
            start = end
        }
    }

    private func endOfWord(at start: Int) -> Int {
        if bytes[start] == UInt8(ascii: "'"), let end = endOfContraction(at: start) { return end }
        let (kind, next) = character(at: start)
        if kind != .space { return endOfRun(of: kind, from: next) }
        if bytes[start] == UInt8(ascii: " "), next < bytes.count {
            let (follower, afterFollower) = character(at: next)
            if follower != .space { return endOfRun(of: follower, from: afterFollower) }
        }
        return endOfSpace(from: start, first: next)
    }

    private func endOfContraction(at start: Int) -> Int? {
        guard start + 1 < bytes.count else { return nil }
        switch bytes[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return follows(UInt8(ascii: "e"))
        case UInt8(ascii: "l"): return follows(UInt8(ascii: "l"))
        default: return nil
        }
        func follows(_ byte: UInt8) -> Int? { start + 2 < bytes.count && bytes[start + 2] == byte ? start + 3 : nil }
    }

    private func endOfRun(of kind: CharacterClass, from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let (other, next) = character(at: end)
            guard other == kind else { break }
            end = next
        }
        return end
    }

    /// `\s+(?!\S)|\s+`: all of the run at the end of the text or if it is one character, else all but its last.
    private func endOfSpace(from start: Int, first: Int) -> Int {
        var last = start
        var end = first
        while end < bytes.count {
            let (kind, next) = character(at: end)
            guard kind == .space else { break }
            last = end
            end = next
        }
        return end == bytes.count || last == start ? end : last
    }

    /// Class of the character that starts here, and where the next one does.
    @inline(__always)
    private func character(at index: Int) -> (kind: CharacterClass, next: Int) {
        let first = bytes[index]
        if first < 0x80 { return (CharacterClass(of: UInt32(first)), index + 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var code = UInt32(first) & (0xFF >> UInt32(length + 1))
        for offset in 1..<length { code = code << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return (CharacterClass(of: code), index + length)
    }
}
