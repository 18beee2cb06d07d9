import Basics
import Foundation

/// The lines of standard input, read as they come. They are split at line feeds only: a form feed or U+2028 inside a
/// line belongs to it, and so does a carriage return.
///
/// As in every file that is read by lines, a carriage return before a line feed belongs to the line's end, and a byte
/// order mark at the start to no line; verbatim lines keep both.
struct InputLines: Sequence, IteratorProtocol {
    /// A line longer than this is refused before it fills memory.
    static let longestLine = 64 << 20
    static let name = "standard input"
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let isVerbatim: Bool
    private var buffer: [UInt8] = []
    private var start = 0
    private var number = 0
    private var isAtEnd = false

    init(verbatim: Bool = false) { isVerbatim = verbatim }

    /// The next line, or nil at the end.
    mutating func next() -> Result<InputText, Failure>? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                let bytes = buffer[start..<end]
                return line(!isVerbatim && bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes)
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return line(buffer[start...])
            }
            if buffer.count - start > Self.longestLine {
                isAtEnd = true
                start = buffer.count
                let what = "a line of more than \(Self.longestLine >> 20) MiB"
                return .failure(Failure(.badData, what, at: "\(Self.name):\(number + 1)"))
            }
            if let failure = fill() { return .failure(failure) }
        }
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> Result<InputText, Failure> {
        number += 1
        let place = "\(Self.name):\(number)"
        let isMarked = number == 1 && !isVerbatim && bytes.starts(with: Self.byteOrderMark)
        guard let text = String(validating: isMarked ? bytes.dropFirst(3) : bytes, as: UTF8.self) else {
            return .failure(
                Failure(
                    .badData, "the line is not UTF-8", at: place, remedy: "Convert the text, for example with iconv."))
        }
        return .success(InputText(text: text, place: place))
    }

    private mutating func fill() -> Failure? {
        buffer.removeFirst(start)
        start = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                isAtEnd = true
                return Failure(.notFound, "cannot read standard input: \(String(cString: strerror(code)))")
            }
            isAtEnd = count == 0
            buffer.append(contentsOf: chunk[0..<count])
            return nil
        }
    }
}
