import Basics
import Foundation

/// A file of comma-separated values (RFC 4180): fields in double quotes may hold commas, line ends and, doubled, double
/// quotes. Lines end at a line feed, with or without a carriage return before it; a byte order mark is left out, and so
/// are blank lines.
struct CSVTable {
    struct Row {
        /// The fields of the columns that were asked for, in that order.
        let fields: [String]
        /// `file:line`, where the row begins.
        let place: String
    }

    let rows: [Row]

    /// - Parameters:
    ///   - file: Its first row names the columns; it may have more than are asked for.
    ///   - columns: The names of the columns that are read.
    /// - Throws: `.notFound`, or `.badData` naming the line.
    init(contentsOf file: URL, columns: [String], remedy: String) throws(Failure) {
        let text = try RegularFile.text(file, maximumBytes: 256 << 20, called: "a table of comma-separated values")
        var records = Records(text, name: file.path)
        guard let header = try records.next() else {
            throw Failure(.badData, "the file is empty", at: file.path, remedy: remedy)
        }
        var places: [Int] = []
        for column in columns {
            guard let place = header.fields.firstIndex(where: { $0.hasSameBytes(as: column) }) else {
                let names = header.fields.prefix(10).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
                throw Failure(
                    .badData, "the file has no column '\(column)'; it has \(names)", at: header.place, remedy: remedy)
            }
            places.append(place)
        }
        var rows: [Row] = []
        while let record = try records.next() {
            guard record.fields.count == header.fields.count else {
                throw Failure(
                    .badData, "the row has \(record.fields.count) fields, and the header \(header.fields.count)",
                    at: record.place, remedy: remedy)
            }
            rows.append(Row(fields: places.map { record.fields[$0] }, place: record.place))
        }
        guard !rows.isEmpty else {
            throw Failure(.badData, "the file has a header and no rows", at: file.path, remedy: remedy)
        }
        self.rows = rows
    }
}

/// The rows of a text, one by one.
private struct Records {
    private var rest: Substring.UTF8View
    private let name: String
    private var line = 1

    private static let (comma, quote, feed, carriage) = (
        UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")
    )

    init(_ text: String, name: String) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        rest = text.utf8.starts(with: mark) ? text.utf8.dropFirst(mark.count) : text.utf8[...]
        self.name = name
    }

    /// The next row that is not blank; nil at the end.
    mutating func next() throws(Failure) -> (fields: [String], place: String)? {
        while !rest.isEmpty {
            let place = "\(name):\(line)"
            var fields: [String] = []
            var isLast = false
            while !isLast {
                fields.append(try rest.first == Self.quote ? quotedField() : plainField())
                isLast = rest.first != Self.comma
                if !isLast { rest.removeFirst() }
            }
            try endLine()
            if fields != [""] { return (fields, place) }
        }
        return nil
    }

    /// To the next comma or line end.
    private mutating func plainField() throws(Failure) -> String {
        let end = rest.firstIndex { $0 == Self.comma || $0 == Self.feed } ?? rest.endIndex
        var field = rest[..<end]
        // A carriage return belongs to the line's end; it is left for that.
        let isAtLineEnd = end == rest.endIndex || rest[end] == Self.feed
        if isAtLineEnd, field.last == Self.carriage { field.removeLast() }
        guard !field.contains(Self.quote) else {
            throw Failure(
                .badData, "a double quote inside a field that has none around it", at: "\(name):\(line)",
                remedy: "put the field in double quotes, and double those inside")
        }
        rest = rest[field.endIndex...]
        return String(decoding: field, as: UTF8.self)
    }

    private mutating func quotedField() throws(Failure) -> String {
        let begun = line
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == Self.feed { line += 1 }
            if byte != Self.quote {
                bytes.append(byte)
            } else if rest.first == Self.quote {
                bytes.append(byte)
                rest.removeFirst()
            } else {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
        throw Failure(.badData, "a field in double quotes does not end", at: "\(name):\(begun)")
    }

    private mutating func endLine() throws(Failure) {
        if rest.first == Self.carriage { rest.removeFirst() }
        guard let byte = rest.popFirst() else { return }
        guard byte == Self.feed else {
            throw Failure(
                .badData, "text behind the closing double quote of a field", at: "\(name):\(line)",
                remedy: "put the whole field in double quotes, and double those inside")
        }
        line += 1
    }
}
