/// A matrix of activations as an SVG picture: one row a token, one column a coordinate.
///
/// Cells are quantised to eight levels of either sign and drawn as one path a level, so that a residual stream of
/// GPT-2-large (1,280 columns) stays a picture that a browser opens at once. Colours are style-sheet variables: the
/// picture is readable on light and dark ground.
package struct Heatmap: Sendable {
    package struct Group: Sendable {
        package var label: String
        package var columns: Range<Int>

        package init(label: String, columns: Range<Int>) {
            (self.label, self.columns) = (label, columns)
        }
    }

    package var title: String
    package var caption: String
    package var rowLabels: [String]
    package var columns: Int
    /// Row-major, `rowLabels.count * columns`.
    package var values: [Float]
    /// Labelled runs of columns (the variables of a mapped stream); may be empty.
    package var groups: [Group]

    package init(title: String, caption: String, rowLabels: [String], columns: Int, values: [Float], groups: [Group]) {
        (self.title, self.caption, self.rowLabels, self.columns, self.values, self.groups) = (
            title, caption, rowLabels, columns, values, groups
        )
    }

    package static let levels = 8

    package static let rowHeight = 14.0
    /// Room for row labels.
    package static let labelWidth = 90.0
    /// Room for the groups' labels above the cells.
    package static let labelledHeader = 92.0

    private var header: Double { groups.isEmpty ? 4 : Self.labelledHeader }
    private var cell: Double { max(1.2, min(10, 1_000 / Double(max(columns, 1)))) }
    /// The size of the picture.
    package var width: Double { Self.labelWidth + cell * Double(columns) + 50 }
    package var height: Double { header + Self.rowHeight * Double(rowLabels.count) + 6 }

    /// The picture. `.hp` and `.hn` are the style classes of positive and negative cells.
    package func svg() -> String {
        let (rowHeight, labelWidth) = (Self.rowHeight, Self.labelWidth)
        var out =
            "<svg class=\"heatmap\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" "
            + "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" role=\"img\" aria-label=\"\(HTML.escape(title))\">\n"
        for (index, group) in groups.enumerated() {
            let x = labelWidth + cell * Double(group.columns.lowerBound)
            let middle = x + cell * Double(group.columns.count) / 2
            if index % 2 == 1 {
                out +=
                    "<rect class=\"band\" x=\"\(Self.number(x))\" y=\"\(Self.number(header))\" width=\"\(Self.number(cell * Double(group.columns.count)))\" height=\"\(Self.number(height - header))\"/>\n"
            }
            out +=
                "<text class=\"axis\" transform=\"translate(\(Self.number(middle + 3)) \(Self.number(header - 4))) rotate(-60)\">\(HTML.escape(group.label))</text>\n"
        }
        for (row, label) in rowLabels.enumerated() {
            let y = header + rowHeight * (Double(row) + 0.75)
            out +=
                "<text class=\"axis\" text-anchor=\"end\" x=\"\(Self.number(labelWidth - 6))\" y=\"\(Self.number(y))\">\(HTML.escape(label))</text>\n"
        }
        out +=
            "<g transform=\"translate(\(Self.number(labelWidth)) \(Self.number(header))) scale(\(Self.number(cell)) \(Self.number(rowHeight)))\">\n"
        for (level, path) in paths().enumerated() where !path.isEmpty {
            let signed = level - Self.levels
            let opacity = Double(abs(signed)) / Double(Self.levels)
            out +=
                "<path class=\"\(signed > 0 ? "hp" : "hn")\" fill-opacity=\"\(Self.number(opacity))\" d=\"\(path)\"/>\n"
        }
        return out + "</g></svg>\n"
    }

    /// One path for every level from `-levels` to `levels`, equal neighbours in a row merged.
    private func paths() -> [String] {
        let largest = values.reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
        var paths = [String](repeating: "", count: 2 * Self.levels + 1)
        guard largest > 0 else { return paths }
        for row in 0..<rowLabels.count {
            var column = 0
            while column < columns {
                let level = Self.level(values[row * columns + column], largest)
                var end = column + 1
                while end < columns, Self.level(values[row * columns + end], largest) == level {
                    end += 1
                }
                if level != 0 {
                    paths[level + Self.levels] += "M\(column) \(row)h\(end - column)v1h-\(end - column)z"
                }
                column = end
            }
        }
        return paths
    }

    private static func level(_ value: Float, _ largest: Float) -> Int {
        guard value.isFinite else { return 0 }
        return Int((value / largest * Float(levels)).rounded())
    }

    package static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
