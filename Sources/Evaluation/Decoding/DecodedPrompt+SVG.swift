import Pictures
import RASP

extension DecodedPrompt {
    /// The prompt as one picture that stands alone: decoded values beside the mapped residual stream they are read
    /// from, a row a token (figures 5 and 6 of the paper).
    public func svg() -> String { picture(style: Layout.style) }

    /// The same for a page that has the style already.
    package func picture() -> String { picture(style: nil) }

    private func picture(style: String?) -> String {
        let heatmap = Heatmap(
            title: "Mapped residual stream", caption: "", rowLabels: tokens.map { _ in "" },
            columns: tokens.isEmpty ? 0 : mapped.count / tokens.count, values: mapped, groups: mappedGroups)
        let picture = Layout(self)
        // The heatmap keeps room for row labels, which the table already shows.
        let offset = picture.tableWidth - Heatmap.labelWidth + Layout.gap
        let width = offset + heatmap.width
        let height = heatmap.height
        return """
            <svg class="decoded" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Heatmap.number(width)) \(Heatmap.number(height))" \
            width="\(Heatmap.number(width))" height="\(Heatmap.number(height))">
            <title>\(HTML.escape(prompt))</title>
            \(style.map { "<style>\n\($0)\n</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>" } ?? "")
            \(picture.table)<g transform="translate(\(Heatmap.number(offset)) 0)">
            \(heatmap.svg())</g>
            </svg>

            """
    }
}

/// The table of values as SVG text, in the heatmap's rows.
private struct Layout {
    static let gap = 16.0
    static let characterWidth = 6.2
    static let style = """
        svg { --ground: #ffffff; --ink: #1b1f24; --faint: #68707a; --positive: #1f6fd1; --negative: #d1681f; --bad: #c62828;
          --band: #00000009; }
        @media (prefers-color-scheme: dark) { svg { --ground: #14171a; --ink: #e6e8ea; --faint: #98a1ab; --positive: #6cb0ff;
          --negative: #ffac6b; --bad: #ff7b72; --band: #ffffff0c; } }
        .ground { fill: var(--ground); } .band { fill: var(--band); }
        .hp { fill: var(--positive); } .hn { fill: var(--negative); }
        text { font: 10px ui-monospace, monospace; fill: var(--ink); white-space: pre; }
        text.axis { fill: var(--faint); } text.differs { fill: var(--bad); font-weight: 700; }
        """

    let tableWidth: Double
    let table: String

    init(_ prompt: DecodedPrompt) {
        var x = 8 + Self.width(of: prompt.tokens.map(DecodedPrompt.visible))
        var out = ""
        for (row, token) in prompt.tokens.enumerated() {
            out += Self.text(DecodedPrompt.visible(token), x: x, row: row, style: "axis")
        }
        x += 8
        for variable in prompt.variables {
            let cells = prompt.tokens.indices.map { row -> (text: String, differs: Bool) in
                let decoded = DecodedPrompt.text(variable.decoded[row])
                guard variable.differs(at: row) else { return (decoded, false) }
                return ("\(decoded)\u{2260}\(DecodedPrompt.text(variable.expected[row]))", true)
            }
            x += max(16, Self.width(of: cells.map(\.text)) + 8)
            out +=
                "<text class=\"axis\" transform=\"translate(\(Heatmap.number(x)) \(Heatmap.number(Heatmap.labelledHeader - 4))) rotate(-60)\">\(HTML.escape(variable.name))</text>\n"
            for (row, cell) in cells.enumerated() {
                out += Self.text(cell.text, x: x, row: row, style: cell.differs ? "differs" : nil)
            }
        }
        table = out
        tableWidth = x
    }

    private static func width(of texts: [String]) -> Double {
        Double(texts.map(DisplayWidth.of).max() ?? 0) * characterWidth
    }

    private static func text(_ text: String, x: Double, row: Int, style: String?) -> String {
        let y = Heatmap.labelledHeader + Heatmap.rowHeight * (Double(row) + 0.75)
        let style = style.map { " class=\"\($0)\"" } ?? ""
        return
            "<text\(style) text-anchor=\"end\" x=\"\(Heatmap.number(x))\" y=\"\(Heatmap.number(y))\">\(HTML.escape(text))</text>\n"
    }
}
