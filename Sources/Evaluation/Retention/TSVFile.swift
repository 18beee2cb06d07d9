import Basics
import Foundation

/// Rows of a GLUE file: columns parted by tabs, named by the first row, no quoting.
struct TSVFile {
    struct Row {
        var fields: [String]
        /// `file:row`, the header being row 1.
        var place: String
    }

    /// The fields of the columns asked for, in that order.
    let rows: [Row]

    /// - Throws: `.notFound`, or `.badData` with the row for a file that lacks a column, or a row of another length.
    init(contentsOf file: URL, columns: [String], remedy: String) throws {
        var reader = try LineReader(file)
        func fields(_ line: LineReader.Line) -> [String] {
            line.text.unicodeScalars.split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
        }
        guard let first = try reader.next() else {
            throw Failure(.badData, "the file is empty", at: file.path, remedy: remedy)
        }
        let header = fields(first)
        let places = try columns.map { column in
            guard let place = header.firstIndex(where: { $0.hasSameBytes(as: column) }) else {
                throw Failure(
                    .badData,
                    "the file has no column '\(column)'; it has \(header.prefix(10).map { "'\($0.prefix(40))'" }.joined(separator: ", "))",
                    at: first.place, remedy: remedy)
            }
            return place
        }
        var rows: [Row] = []
        while let line = try reader.next() {
            let fields = fields(line)
            guard fields.count == header.count else {
                throw Failure(
                    .badData, "the row has \(fields.count) columns, and the header \(header.count)", at: line.place,
                    remedy: remedy)
            }
            rows.append(Row(fields: places.map { fields[$0] }, place: line.place))
        }
        guard !rows.isEmpty else {
            throw Failure(.badData, "the file has a header and no rows", at: file.path, remedy: remedy)
        }
        self.rows = rows
    }
}
