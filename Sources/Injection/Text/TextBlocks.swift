import Basics
import Foundation
import InjectionSettings

/// A text file read block by block, whatever its size: documents of JSON lines, or pieces of plain text. (A JSON array
/// alone is held whole: its offsets are the numbers of its documents.)
///
/// Plain text is cut where the tokenizer cuts words anyway, after a line feed with a letter, digit or sign behind it,
/// so that the tokens of the blocks are the tokens of the whole text. Reading from a block's `offset` on gives the same
/// blocks.
package struct TextBlocks {
    package enum Format: Sendable { case plain, lines, jsonLines, array }

    package struct Block: Equatable {
        package var text: String
        /// Where it begins and ends in the file.
        package var offset: Int
        package var end: Int
        /// Whether a document ends here (a JSON line, a line of `lines`, or the file).
        package var endsDocument: Bool
    }

    /// A line of JSON longer than this is refused, and plain text without a place to cut is cut here.
    static let largestBlock = 16 << 20
    static let plainBlock = 64 << 10

    package let url: URL
    package let format: Format
    private let handle: FileHandle
    private let size: Int
    /// Of the byte order mark, where text begins.
    private let start: Int
    /// Of a JSON array.
    private let documents: [String]
    private var buffer = ByteQueue()
    /// The file offset of the buffer's first byte.
    private(set) var offset = 0
    /// Line of the file at `offset`, counted from where reading began; for messages.
    private var line = 1
    private var lineIsKnown = true

    /// - Parameter perLine: whether each line of plain text is a document.
    package init(_ url: URL, format: TextFormat, perLine: Bool) throws {
        self.url = url
        let (descriptor, size) = try RegularFile.open(url)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let beginning = try TextBeginning(url, handle, format: format)
        switch beginning.format {
        case .json: self.format = .array
        case .jsonl: self.format = .jsonLines
        case .plain, .auto: self.format = perLine ? .lines : .plain
        }
        documents = self.format == .array ? try TextDocuments.array(in: url) : []
        self.size = self.format == .array ? documents.count : size
        start = self.format == .array ? 0 : beginning.mark
        try seek(to: 0)
    }

    package mutating func seek(to offset: Int) throws {
        guard offset >= 0, offset <= size else {
            throw Failure(
                .badData, "the saved position \(offset) lies beyond the end of the text (\(size) bytes)", at: url.path,
                remedy: "The file has changed since the run began.")
        }
        let first = max(offset, start)
        do { try handle.seek(toOffset: UInt64(first)) } catch {
            throw Failure(.notFound, "cannot read on at byte \(first): \(error.localizedDescription)", at: url.path)
        }
        buffer.removeAll()
        (self.offset, line, lineIsKnown) = (first, 1, first == start)
    }

    /// The next block with any text in it; nil at the end of the file.
    package mutating func next() throws -> Block? {
        if format == .array { return nextDocument() }
        while true {
            let start = offset
            guard let bytes = try format == .plain ? plainBytes() : lineBytes() else { return nil }
            let place = lineIsKnown ? "\(url.path):\(line)" : "\(url.path), byte \(start)"
            line += bytes.lazy.filter { $0 == 0x0A }.count
            guard let text = String(data: bytes, encoding: .utf8) else {
                throw Failure(
                    .badData, "the text is not UTF-8", at: place, remedy: "Convert it, for example with iconv.")
            }
            let content = format == .jsonLines ? try Self.document(text, at: place) : text
            let isBlank = content.unicodeScalars.allSatisfy(\.properties.isWhitespace)
            if isBlank, format != .plain || offset == size { continue }
            return Block(
                text: format == .lines ? Self.withoutEnd(content) : content, offset: start, end: offset,
                endsDocument: format != .plain || offset == size)
        }
    }

    private mutating func nextDocument() -> Block? {
        while offset < documents.count {
            let text = documents[offset]
            offset += 1
            if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { continue }
            return Block(text: text, offset: offset - 1, end: offset, endsDocument: true)
        }
        return nil
    }

    /// The text of a JSON line; none where the line is blank.
    private static func document(_ line: String, at place: String) throws -> String {
        if line.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return "" }
        return try TextDocuments.text(ofLine: line, at: place)
    }

    /// A line without its line feed, and without the carriage return before that.
    private static func withoutEnd(_ line: String) -> String {
        var scalars = line.unicodeScalars[...]
        if scalars.last == "\n" { scalars.removeLast() }
        if scalars.last == "\r" { scalars.removeLast() }
        return String(scalars)
    }

    /// Up to the next line feed, which is included.
    private mutating func lineBytes() throws -> Data? {
        var searched = 0
        while true {
            if let feed = buffer.firstIndex(of: 0x0A, from: searched) { return take(feed + 1) }
            searched = buffer.count
            guard searched <= Self.largestBlock else {
                throw Failure(
                    .badData, "a line of more than \(Self.largestBlock >> 20) MiB", at: "\(url.path), byte \(offset)")
            }
            if try !fill() { return buffer.isEmpty ? nil : take(buffer.count) }
        }
    }

    private mutating func plainBytes() throws -> Data? {
        while buffer.count < Self.plainBlock, try fill() {}
        while true {
            let atEnd = offset + buffer.count == size
            if atEnd, buffer.count <= Self.plainBlock { return buffer.isEmpty ? nil : take(buffer.count) }
            if let cut = cut(until: buffer.count) { return take(cut) }
            if atEnd { return take(buffer.count) }
            if buffer.count > Self.largestBlock { return take(wholeCharacters(buffer.count)) }
            guard try fill() else { return take(buffer.count) }
        }
    }

    /// The first place at or after the wanted block size that parts a line feed from what is not white space, else the
    /// last one before it.
    private func cut(until end: Int) -> Int? {
        func parts(_ index: Int) -> Bool {
            // Only ASCII signs and letters behind the line feed: the first byte of anything else may be a space too.
            buffer[index - 1] == 0x0A && buffer[index] > 0x20 && buffer[index] < 0x7F
        }
        let wanted = min(Self.plainBlock, end - 1)
        return stride(from: wanted, to: 0, by: -1).first(where: parts)
            ?? (Self.plainBlock < end ? (Self.plainBlock..<end).first(where: parts) : nil)
    }

    /// The most bytes up to `limit` that do not end inside a UTF-8 character.
    private func wholeCharacters(_ limit: Int) -> Int {
        var count = limit
        while count > limit - 4, count > 0, count < buffer.count, buffer[count] & 0xC0 == 0x80 { count -= 1 }
        // At the buffer's end the next byte is not known: leave the last, possibly unfinished, character for the next
        // block.
        if count == buffer.count {
            var back = 1
            while back < 4, back < count, buffer[count - back] & 0xC0 == 0x80 { back += 1 }
            if buffer[count - back] >= 0xC0 { count -= back }
        }
        return max(count, 1)
    }

    private mutating func take(_ count: Int) -> Data {
        let bytes = buffer.take(count)
        offset += count
        return bytes
    }

    /// False at the end of the file.
    private mutating func fill() throws -> Bool {
        do {
            guard let more = try handle.read(upToCount: Self.plainBlock), !more.isEmpty else { return false }
            buffer.append(more)
            return true
        } catch {
            throw Failure(.notFound, "cannot read on: \(error.localizedDescription)", at: url.path)
        }
    }
}
