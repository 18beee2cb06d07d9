/// Cuts text into the words within which byte pairs are merged (Radford et al. 2019, `encoder.py`):
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// The alternatives are tried in this order at each position. White space before a word is left to the words before
/// it, all but its last character (that is the look-ahead `(?!\S)`), and that one joins the word if it is a space.
struct PreTokenizer {
    private let text: ClassifiedText
    private let isolatesDigits: Bool

    /// - Parameters:
    ///   - bytes: Valid UTF-8.
    ///   - isolatesDigits: Whether each character of class `\p{N}` is a word of its own, and the text between two of
    ///     them is cut as a text of its own (the pre-tokenizer `Digits` before `ByteLevel`).
    init(_ bytes: UnsafeBufferPointer<UInt8>, isolatesDigits: Bool = false) {
        (text, self.isolatesDigits) = (ClassifiedText(bytes), isolatesDigits)
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
            let (kind, next) = text.character(at: index)
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
        let (kind, next) = text.character(at: start)
        if kind != .space { return text.endOfRun(of: kind, from: next) }
        if bytes[start] == UInt8(ascii: " "), next < bytes.count {
            let (follower, afterFollower) = text.character(at: next)
            if follower != .space { return text.endOfRun(of: follower, from: afterFollower) }
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

    /// `\s+(?!\S)|\s+`: all of the run at the end of the text or if it is one character, else all but its last.
    private func endOfSpace(from start: Int, first: Int) -> Int {
        let (end, last) = text.endOfSpaces(from: start, first: first)
        return end == bytes.count || last == start ? end : last
    }

    private var bytes: UnsafeBufferPointer<UInt8> { text.bytes }
}
