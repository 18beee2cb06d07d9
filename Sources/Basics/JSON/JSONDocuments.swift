import Foundation

/// The values of a file of JSON, one a line or the elements of one array: who has the one often writes the other.
///
/// For files whose values are objects, so that a bracket at the beginning is that of an array.
package struct JSONDocuments {
    package struct Document {
        package var value: JSONValue
        /// `file:line`, or `file, element n`.
        package var place: String
    }

    private let url: URL
    private var lines: LineReader
    /// Of an array; nil for lines.
    private let elements: [JSONValue]?
    private var count = 0

    /// - Throws: `.notFound`, or `.badData` for an array that is not valid JSON or has more than 100 MB.
    package init(_ url: URL) throws {
        self.url = url
        lines = try LineReader(url)
        // An array is held in memory whole, which is why larger files have to be lines.
        elements = try Self.isArray(url) ? JSONFile.read(url).array : nil
    }

    /// The next value; nil at the end.
    ///
    /// - Throws: `.badData` at `file:line:column` for a line that is not valid JSON.
    package mutating func next() throws -> Document? {
        if let elements {
            guard count < elements.count else { return nil }
            count += 1
            return Document(value: elements[count - 1], place: "\(url.path), element \(count)")
        }
        guard let line = try lines.next() else { return nil }
        do { return Document(value: try JSONParser.parse(line.text), place: line.place) } catch {
            // A line is the parser's first.
            let column = error.location?.split(separator: ":").last.map { ":\($0)" } ?? ""
            throw Failure(error.kind, error.message, at: line.place + column)
        }
    }

    private static func isArray(_ url: URL) throws -> Bool {
        var start = try RegularFile.handle(url).read(upToCount: 4_096) ?? Data()
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { start = start.dropFirst(3) }
        return start.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
    }
}
