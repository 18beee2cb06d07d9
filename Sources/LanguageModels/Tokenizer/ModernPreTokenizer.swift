/// Cuts text into words as Llama 3 and Qwen do, and OpenAI's models from GPT-3.5 on:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+
///         |\s+(?!\S)|\s+
///
/// The alternatives are tried in this order at each position. Against GPT-2's (`PreTokenizer`): any one character but a
/// digit or an end of line joins the letters behind it, digits are taken in threes or one by one, and lines end with
/// their words.
struct ModernPreTokenizer {
    private let text: ClassifiedText
    /// How many digits may be together.
    private let digits: Int

    /// - Parameter bytes: Valid UTF-8.
    init(_ bytes: UnsafeBufferPointer<UInt8>, digits: Int) { (text, self.digits) = (ClassifiedText(bytes), digits) }

    /// Calls the body with the range of bytes of each word; the ranges follow each other without gaps.
    func forEachWord(_ body: (Range<Int>) -> Void) {
        var start = 0
        while start < text.bytes.count {
            let end = endOfWord(at: start)
            body(start..<end)
            start = end
        }
    }

    private func endOfWord(at start: Int) -> Int {
        if text.bytes[start] == UInt8(ascii: "'"), let end = endOfContraction(at: start) { return end }
        let (kind, next) = text.character(at: start)
        switch kind {
        case .letter: return text.endOfRun(of: .letter, from: next)
        case .number: return endOfDigits(from: next)
        case .other, .space: break
        }
        if !isLineEnd(start), next < text.bytes.count {
            let (follower, afterFollower) = text.character(at: next)
            if follower == .letter { return text.endOfRun(of: .letter, from: afterFollower) }
            if kind == .space, text.bytes[start] == UInt8(ascii: " "), follower == .other {
                return endOfLines(from: text.endOfRun(of: .other, from: afterFollower))
            }
        }
        guard kind == .space else { return endOfLines(from: text.endOfRun(of: .other, from: next)) }
        return endOfSpace(from: start, first: next)
    }

    /// In any case; the long s is an s in another case.
    private func endOfContraction(at start: Int) -> Int? {
        func letter(_ offset: Int) -> UInt8? {
            start + offset < text.bytes.count ? text.bytes[start + offset] | 0x20 : nil
        }
        switch letter(1) {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return letter(2) == UInt8(ascii: "e") ? start + 3 : nil
        case UInt8(ascii: "l"): return letter(2) == UInt8(ascii: "l") ? start + 3 : nil
        default:
            let longS: [UInt8] = [0xC5, 0xBF]
            return text.bytes[(start + 1)...].starts(with: longS) ? start + 3 : nil
        }
    }

    private func endOfDigits(from second: Int) -> Int {
        var (end, count) = (second, 1)
        while count < digits, end < text.bytes.count {
            let (kind, next) = text.character(at: end)
            guard kind == .number else { break }
            (end, count) = (next, count + 1)
        }
        return end
    }

    private func isLineEnd(_ index: Int) -> Bool {
        text.bytes[index] == UInt8(ascii: "\r") || text.bytes[index] == UInt8(ascii: "\n")
    }

    private func endOfLines(from start: Int) -> Int {
        var end = start
        while end < text.bytes.count, isLineEnd(end) { end += 1 }
        return end
    }

    /// `\s*[\r\n]+`: up to the last end of line of the run, if it has one; else as in GPT-2.
    private func endOfSpace(from start: Int, first: Int) -> Int {
        let (end, last) = text.endOfSpaces(from: start, first: first)
        for index in stride(from: end - 1, through: start, by: -1) where isLineEnd(index) { return index + 1 }
        return end == text.bytes.count || last == start ? end : last
    }
}
