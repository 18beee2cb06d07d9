import Basics
import Foundation
import InjectionSettings

/// The beginning of a text file: what its format is told by.
struct TextBeginning {
    let format: TextFormat
    /// Bytes of the byte order mark, which is no text; 0 where there is none.
    let mark: Int

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// - Parameters:
    ///   - handle: at the file's beginning, and there again afterwards.
    ///   - format: as the user said it.
    init(_ url: URL, _ handle: FileHandle, format: TextFormat) throws {
        do {
            var start = try handle.read(upToCount: 4_096) ?? Data()
            mark = start.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
            guard format == .auto else {
                self.format = format
                try handle.seek(toOffset: 0)
                return
            }
            // A first line may be a document of any length: the rest is read while no line has ended.
            var lines = Self.lines(start, from: mark)
            while lines.first == nil || !lines.isEnded, start.count <= TextBlocks.largestBlock,
                let more = try handle.read(upToCount: 1 << 20), !more.isEmpty
            {
                start += more
                lines = Self.lines(start, from: mark)
            }
            try handle.seek(toOffset: 0)
            let first = lines.first.map { String(decoding: start[$0], as: UTF8.self) }
            self.format = TextFormat.found(
                name: url.lastPathComponent, firstLine: first ?? "", isOnlyLine: !lines.hasMore)
        } catch {
            throw Failure(.notFound, "cannot read the text file: \(error.localizedDescription)", at: url.path)
        }
    }

    /// Where the first line is that is not blank, whether its end was read, and whether anything else follows.
    private static func lines(_ bytes: Data, from first: Int) -> (first: Range<Int>?, isEnded: Bool, hasMore: Bool) {
        bytes.withUnsafeBytes { bytes in
            func visible(from index: Int) -> Int? {
                bytes[index...].firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
            }
            guard let start = visible(from: first) else { return (nil, false, false) }
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { return (start..<bytes.count, false, false) }
            // Whether blank lines are all that follows is known at the file's end only: one more visible byte settles it.
            let more = visible(from: end) != nil
            return (start..<end, more, more)
        }
    }
}

/// Text files read whole: those of one JSON value, and any whose perplexity is measured.
package enum TextDocuments {
    private static let largestFile = 1 << 30

    /// The documents of one JSON value, in order.
    static func array(in url: URL) throws -> [String] {
        let value = try JSONFile.read(url, maximumBytes: largestFile)
        guard let elements = value.array else { return [try TextFormat.text(of: value, at: url.path)] }
        return try elements.enumerated().map { index, element in
            try TextFormat.text(of: element, at: "\(url.path), element \(index + 1)")
        }
    }

    /// All of a file's text, documents of JSON one after another.
    package static func whole(_ url: URL, format: TextFormat) throws -> String {
        let handle = try RegularFile.handle(url)
        let beginning = try TextBeginning(url, handle, format: format)
        switch beginning.format {
        case .json: return try array(in: url).joined(separator: "\n")
        case .jsonl:
            var reader = try LineReader(url)
            var texts: [String] = []
            while let line = try reader.next() { texts.append(try text(ofLine: line.text, at: line.place)) }
            return texts.joined(separator: "\n")
        case .plain, .auto:
            let text = try RegularFile.text(url, maximumBytes: largestFile, called: "a text to measure")
            return beginning.mark > 0
                ? String(decoding: Array(text.utf8.dropFirst(beginning.mark)), as: UTF8.self) : text
        }
    }

    /// - Throws: `.badData` at `place` for a line that is no document.
    static func text(ofLine line: String, at place: String) throws(Failure) -> String {
        let value: JSONValue
        do throws(Failure) {
            value = try JSONParser.parse(line, name: "line")
        } catch let failure {
            throw Failure(.badData, failure.message, at: place, remedy: TextFormat.remedy)
        }
        return try TextFormat.text(of: value, at: place)
    }
}
