import Foundation

/// The lines of a file one by one, with their places for messages. Lines end at line feeds only; a carriage return
/// before one belongs to the line's end, and a byte order mark to no line.
///
/// Who reads them keeps what is in them: a file larger than any that belongs in memory is refused.
package struct LineReader {
    package struct Line {
        package var text: String
        package var number: Int
        /// `file:line`.
        package var place: String

        fileprivate init(text: String, number: Int, place: String) {
            (self.text, self.number, self.place) = (text, number, place)
        }
    }

    private static let longest = 16 << 20
    private static let largestFile = 1 << 30
    private let url: URL
    private let handle: FileHandle
    private var buffer = ByteQueue()
    private var number = 0
    private var ended = false

    package init(_ url: URL) throws {
        self.url = url
        let (descriptor, size) = try RegularFile.open(url)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard size <= Self.largestFile else {
            throw Failure(
                .badData, "a file of more than \(Self.largestFile >> 30) GiB", at: url.path,
                remedy: "Take a part of it.")
        }
    }

    /// The next line that is not blank, without its line feed; nil at the end.
    package mutating func next() throws -> Line? {
        while let bytes = try nextBytes() {
            number += 1
            let place = "\(url.path):\(number)"
            guard let text = String(data: bytes, encoding: .utf8) else {
                throw Failure(.badData, "the line is not UTF-8", at: place)
            }
            if !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
                return Line(text: text, number: number, place: place)
            }
        }
        return nil
    }

    private mutating func nextBytes() throws -> Data? {
        guard let line = try nextLine() else { return nil }
        let text = number == 0 && line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line
        return text.last == 0x0D ? text.dropLast() : text
    }

    private mutating func nextLine() throws -> Data? {
        var searched = 0
        while true {
            if let feed = buffer.firstIndex(of: 0x0A, from: searched) { return buffer.take(feed + 1).dropLast() }
            searched = buffer.count
            guard searched <= Self.longest else {
                throw Failure(
                    .badData, "a line of more than \(Self.longest >> 20) MiB", at: "\(url.path):\(number + 1)")
            }
            if ended { return buffer.isEmpty ? nil : buffer.take(buffer.count) }
            do {
                let more = try handle.read(upToCount: 1 << 16) ?? Data()
                ended = more.isEmpty
                buffer.append(more)
            } catch {
                throw Failure(.notFound, "cannot read on: \(error.localizedDescription)", at: url.path)
            }
        }
    }
}
