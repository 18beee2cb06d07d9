/// A source text with its name and the table from byte offsets to lines and columns.
public final class SourceFile: Sendable {
    /// The name that diagnostics print: a path as the user gave it, or `<console>`.
    public let name: String
    /// UTF-8 text.
    public let bytes: [UInt8]
    /// Byte offset at which each line begins.
    private let lineStarts: [Int]

    public init(name: String, text: String) {
        self.name = name
        bytes = Array(text.utf8)
        var starts = [0]
        for (offset, byte) in bytes.enumerated() {
            // CR LF counts once, at its LF; a lone CR ends a line as well.
            let isLoneReturn = byte == 13 && !(offset + 1 < bytes.count && bytes[offset + 1] == 10)
            if byte == 10 || isLoneReturn { starts.append(offset + 1) }
        }
        lineStarts = starts
    }

    public func text(_ range: Range<Int>) -> String { String(decoding: bytes[clamped(range)], as: UTF8.self) }

    /// Line and column, both from 1; columns count Unicode scalars.
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, scalarCount(lineStarts[low]..<offset) + 1)
    }

    /// The text of a line (from 1), without its line end.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
        return text(start..<end)
    }

    func scalarCount(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }

    private func clamped(_ range: Range<Int>) -> Range<Int> {
        range.clamped(to: 0..<bytes.count)
    }
}

/// A stretch of a source file, in UTF-8 bytes.
public struct SourceSpan: Sendable, Hashable {
    public let file: SourceFile
    public let range: Range<Int>

    public init(file: SourceFile, range: Range<Int>) {
        self.file = file
        self.range = range
    }

    public var start: (line: Int, column: Int) { file.position(of: range.lowerBound) }
    public var end: (line: Int, column: Int) { file.position(of: range.upperBound) }
    public var text: String { file.text(range) }
    /// `file:line:column`
    public var location: String { "\(file.name):\(start.line):\(start.column)" }

    public func union(_ other: SourceSpan) -> SourceSpan {
        guard other.file === file else { return self }
        return SourceSpan(
            file: file,
            range: min(range.lowerBound, other.range.lowerBound)..<max(range.upperBound, other.range.upperBound))
    }

    public static func == (a: SourceSpan, b: SourceSpan) -> Bool { a.file === b.file && a.range == b.range }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(file))
        hasher.combine(range)
    }
}
