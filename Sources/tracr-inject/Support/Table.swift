import RASP

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

    /// A line of titles, a line of dashes, and the rows, in columns as wide as the widest cell is on a terminal.
    var text: String {
        let lines = ([header] + rows).map { $0.map(VisibleText.cell) }
        let widths = header.indices.map { column in lines.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
        let dashes = widths.map { String(repeating: "-", count: $0) }
        return ([lines[0], dashes] + lines.dropFirst()).map { cells in
            let padded = cells.indices.map { column in
                DisplayWidth.padded(cells[column], to: widths[column], right: rightAligned.contains(column))
            }
            return String(padded.joined(separator: " ").reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// The text with every word that holds `mark` in red, where colour is shown. (Colour codes inside cells would
    /// count as width.)
    func text(marking mark: Unicode.Scalar) -> String {
        guard Terminal.showsColour(.output) else { return text }
        return text.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: false).map { word in
                word.unicodeScalars.contains(mark) ? Terminal.styled(String(word), .red, for: .output) : String(word)
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
