import Foundation
import Pictures

/// A table for a page or for a terminal; every cell is text, and escaped here.
package struct ReportTable {
    enum Cell {
        case head(String)
        case plain(String?)
        /// Someone else's figure, or none.
        case faint(String?)
        /// A figure, and its interval in small type.
        case interval(String, String)
        /// A figure on ground that is the stronger the larger the share, and a small line below it.
        case shaded(Double, String, detail: String?)
    }

    package let header: [String]
    /// Titles over columns that lie together, each with their number.
    var groups: [(title: String, columns: Int)] = []
    private(set) var rows: [[Cell]] = []

    init(_ header: [String]) { self.header = header }

    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == header.count, "a row has as many cells as the header")
        rows.append(cells)
    }

    /// The table without the columns of that title, where nothing stands in any of them.
    func leavingOut(_ title: String) -> ReportTable {
        let columns = header.indices.filter { header[$0] == title }
        let isEmpty = rows.allSatisfy { row in
            columns.allSatisfy { if case .faint(nil) = row[$0] { true } else { false } }
        }
        guard isEmpty else { return self }
        let kept = header.indices.filter { !columns.contains($0) }
        var table = ReportTable(kept.map { header[$0] })
        for row in rows { table.add(kept.map { row[$0] }) }
        return table
    }

    /// Rows as columns; the titles of the rows are the header then.
    ///
    /// - Parameter corner: the title over those of the new rows.
    func transposed(_ corner: String) -> ReportTable {
        let titles = rows.map { row -> String in
            switch row[0] {
            case .head(let text), .interval(let text, _), .shaded(_, let text, _): text
            case .plain(let text), .faint(let text): text ?? ""
            }
        }
        var table = ReportTable([corner] + titles)
        for column in header.indices.dropFirst() {
            table.add([.head(header[column])] + rows.map { $0[column] })
        }
        return table
    }

    /// The same as plain text.
    package var cells: [[String]] {
        rows.map { row in
            row.map { cell in
                switch cell {
                case .head(let text): text
                case .plain(let text), .faint(let text): text ?? "-"
                case .interval(let text, let interval): "\(text) (\(interval))"
                case .shaded(_, let text, let detail): text + (detail.map { " (\($0))" } ?? "")
                }
            }
        }
    }

    var html: String {
        guard !rows.isEmpty else { return "" }
        var out = "<div class=\"scroll\"><table>\n"
        if !groups.isEmpty {
            let titles = groups.map { "<th colspan=\"\($0.columns)\">\(HTML.escape($0.title))</th>" }
            out += "<tr class=\"groups\">" + titles.joined() + "</tr>\n"
        }
        out += "<tr class=\"titles\">" + header.map { "<th>\(HTML.escape($0))</th>" }.joined() + "</tr>\n"
        for row in rows { out += "<tr>" + row.map(Self.html).joined() + "</tr>\n" }
        return out + "</table></div>\n"
    }

    /// A list of settings, which can be of any length, as lines of some forty characters.
    private static func lines(_ text: String) -> String {
        var (lines, items) = ([String](), text.components(separatedBy: ", ")[...])
        while let first = items.popFirst() {
            if let last = lines.last, last.count + first.count < 40 {
                lines[lines.count - 1] = "\(last), \(first)"
            } else {
                lines.append(first)
            }
        }
        return lines.joined(separator: ",\n")
    }

    private static func html(_ cell: Cell) -> String {
        switch cell {
        case .head(let text): "<th>\(HTML.escape(lines(text)))</th>"
        case .plain(let text): "<td>\(HTML.escape(text ?? "\u{2013}"))</td>"
        case .faint(let text): "<td class=\"faint\">\(HTML.escape(text ?? "\u{2013}"))</td>"
        case .interval(let text, let interval):
            "<td>\(HTML.escape(text)) <small>\(HTML.escape(interval))</small></td>"
        case .shaded(let share, let text, let detail):
            "<td class=\"shaded\" style=\"background:color-mix(in srgb, var(--positive) \(Int(min(max(share, 0), 1) * 45))%, transparent)\">\(HTML.escape(text))"
                + (detail.map { "<br><small>\(HTML.escape($0))</small>" } ?? "") + "</td>"
        }
    }
}
