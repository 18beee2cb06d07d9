import Foundation
import Serialization

/// The lines of standard input, read as they come and split at line feeds only, as the contract says: a carriage
/// return, a form feed or U+2028 inside a line belongs to it.
struct InputLines: Sequence, IteratorProtocol {
    /// A line longer than this is refused before it fills memory.
    static let longestLine = 64 << 20

    private var buffer: [UInt8] = []
    private var start = 0
    private var number = 0
    private var isAtEnd = false

    /// The next line, or nil at the end.
    mutating func next() -> Result<String, Failure>? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return line(buffer[start..<end])
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return line(buffer[start...])
            }
            if buffer.count - start > Self.longestLine {
                isAtEnd = true
                start = buffer.count
                return .failure(Failure(.badData, "line \(number + 1) is longer than 64 MiB", at: "standard input"))
            }
            if let failure = fill() { return .failure(failure) }
        }
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> Result<String, Failure> {
        number += 1
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(Failure(.badData, "line \(number) is not UTF-8 text", at: "standard input"))
        }
        return .success(text)
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
