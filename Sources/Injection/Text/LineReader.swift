import Foundation
import Serialization

/// The lines of a file one by one, in bounded memory, with their places for messages. Lines end at line feeds only.
struct LineReader {
    struct Line {
        var text: String
        var number: Int
        /// `file:line`.
        var place: String
    }

    private static let longest = 16 << 20
    private let url: URL
    private let handle: FileHandle
    private var buffer = ByteQueue()
    private var number = 0
    private var ended = false

    init(_ url: URL) throws {
        self.url = url
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue,
            let handle = try? FileHandle(forReadingFrom: url)
        else { throw Failure(.notFound, isFolder.boolValue ? "a folder, not a file" : "no such file, or it cannot be read", at: url.path) }
        self.handle = handle
    }

    /// The next line that is not blank, without its line feed; nil at the end.
    mutating func next() throws -> Line? {
        while let bytes = try nextBytes() {
            number += 1
            let place = "\(url.path):\(number)"
            guard let text = String(data: bytes, encoding: .utf8) else {
                throw Failure(.badData, "the line is not UTF-8", at: place)
            }
            if !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return Line(text: text, number: number, place: place) }
        }
        return nil
    }

    private mutating func nextBytes() throws -> Data? {
        var searched = 0
        while true {
            if let feed = buffer.firstIndex(of: 0x0A, from: searched) { return buffer.take(feed + 1).dropLast() }
            searched = buffer.count
            guard searched <= Self.longest else {
                throw Failure(.badData, "a line of more than \(Self.longest >> 20) MiB", at: "\(url.path):\(number + 1)")
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
