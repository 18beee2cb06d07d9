import Foundation

/// A matrix of activations as an SVG picture: one row a token, one column a coordinate.
///
/// Cells are quantised to eight levels of either sign and drawn as one path a level, so that a residual stream of
/// GPT-2-large (1,280 columns) stays a picture that a browser opens at once. Colours are style-sheet variables: the picture
/// is readable on light and dark ground.
public struct Heatmap: Sendable {
    public struct Group: Sendable {
        public var label: String
        public var columns: Range<Int>
    }

    public var title: String
    public var caption: String
    public var rowLabels: [String]
    public var columns: Int
    /// Row-major, `rowLabels.count * columns`.
    public var values: [Float]
    /// Labelled runs of columns (the variables of a mapped stream); may be empty.
    public var groups: [Group]

    static let levels = 8

    static let rowHeight = 14.0
    /// Room for row labels.
    static let labelWidth = 90.0
    /// Room for the groups' labels above the cells.
    static let labelledHeader = 92.0

    private var header: Double { groups.isEmpty ? 4 : Self.labelledHeader }
    private var cell: Double { max(1.2, min(10, 1_000 / Double(max(columns, 1)))) }
    /// The size of the picture.
    var width: Double { Self.labelWidth + cell * Double(columns) + 50 }
    var height: Double { header + Self.rowHeight * Double(rowLabels.count) + 6 }

    /// The picture. `.hp` and `.hn` are the style classes of positive and negative cells.
    public func svg() -> String {
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

    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}

/// What every page the package writes shares.
enum HTML {
    /// Text as it may stand in element content and in double-quoted attributes.
    static func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    static let style = """
        :root { color-scheme: light dark; --ground: #ffffff; --ink: #1b1f24; --faint: #68707a; --line: #d9dde2;
          --positive: #1f6fd1; --negative: #d1681f; --bad: #c62828; --band: #00000009;
          --third: #2a8a57; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e6e8ea; --faint: #98a1ab; --line: #333a41;
          --positive: #6cb0ff; --negative: #ffac6b; --bad: #ff7b72; --band: #ffffff0c;
          --third: #6fd39c; } }
        body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
          max-width: 75rem; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
        p.note, figcaption { color: var(--faint); }
        figure { margin: 1.5rem 0; overflow-x: auto; }
        svg.heatmap .hp { fill: var(--positive); } svg.heatmap .hn { fill: var(--negative); }
        svg .band { fill: var(--band); }
        svg text { fill: var(--ink); font: 10px ui-monospace, monospace; white-space: pre; }
        svg text.differs { fill: var(--bad); font-weight: 700; }
        svg.chart .grid { stroke: var(--line); fill: none; } svg.chart .series { fill: none; stroke-width: 1.6; }
        .s0 { stroke: var(--positive); } .s1 { stroke: var(--negative); } .s2 { stroke: var(--third); }
        .dot.s0 { fill: var(--positive); } .dot.s1 { fill: var(--negative); } .dot.s2 { fill: var(--third); }
        .charts { display: flex; flex-wrap: wrap; gap: 0 2rem; } .charts figcaption { max-width: 29rem; }
        svg text.axis { fill: var(--faint); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font: 13px ui-monospace, monospace; }
        th, td { border: 1px solid var(--line); padding: .15rem .45rem; text-align: right; white-space: pre; }
        .scroll tr:first-child th { white-space: normal; vertical-align: bottom; }
        th { color: var(--faint); font-weight: 600; } td.faint, td small { color: var(--faint); }
        td.shaded small { color: inherit; }
        td.differs { color: var(--bad); font-weight: 700; }
        """

    /// A page that needs nothing else: no script, no font, no picture from elsewhere.
    static func page(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title))</title>
        <style>
        \(style)
        </style></head>
        <body>
        \(body)
        </body></html>

        """
    }
}
