/// A table of text on standard output: the first column to the left, numbers to the right.
struct Table {
    var header: [String]
    var rows: [[String]] = []
    /// Columns whose cells stand to the right.
    var rightAligned: Set<Int> = []

    init(_ header: [String], rightAligned: Set<Int> = []) {
        self.header = header
        self.rightAligned = rightAligned
    }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == header.count, "a row has as many cells as the header")
        rows.append(cells)
    }

    /// The header, a line of dashes under it, and the rows, one space between columns.
    var text: String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        let lines = [header, widths.map { String(repeating: "-", count: $0) }] + rows
        return lines.map { cells in
            let line = cells.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return rightAligned.contains(column) ? space + cells[column] : cells[column] + space
            }.joined(separator: " ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// The text with every word that holds `mark` in red, where colour is shown. (Colour codes inside cells would
    /// count as width.)
    func text(marking mark: Character) -> String {
        guard Terminal.showsColour(.output) else { return text }
        return text.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: false).map { word in
                word.contains(mark) ? Terminal.styled(String(word), .red, for: .output) : String(word)
            }.joined(separator: " ")
        }.joined(separator: "\n")
    }
}

/// Labels and values in two columns, without a header.
struct Listing {
    private var entries: [(label: String, value: String)] = []

    mutating func add(_ label: String, _ value: String) {
        entries.append((label, value))
    }

    var text: String {
        let width = (entries.map(\.label.count).max() ?? 0) + 2
        let lines = entries.flatMap { entry in
            entry.value.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
                let label = index == 0 ? entry.label : ""
                return label + String(repeating: " ", count: width - label.count) + line
            }
        }
        return lines.joined(separator: "\n")
    }
}
