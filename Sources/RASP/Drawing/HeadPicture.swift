/// One attention head: queries down, keys across, both with their names, the selected entries filled; above it the
/// values that are read, to its right what each query position receives.
struct HeadPicture {
    let drawing: SVGDrawing
    let selector: Selector
    /// The aggregates and widths that share the selector.
    let users: [SOp]

    private let cell = 22.0

    /// - Returns: the lower right corner.
    func draw(_ canvas: inout SVGCanvas, x: Double, y: Double) -> (x: Double, y: Double) {
        let (keys, queries) = labels
        let names = axisNames
        let margin = max(34, (queries.map { SVGCanvas.width(of: $0) }.max() ?? 0) + 26)
        let keyHeight = keys.contains { $0.unicodeScalars.count > 2 } ? (keys.map { SVGCanvas.width(of: $0) }.max() ?? 0) + 8 : 18
        let reads = users.compactMap { user -> SOp? in
            if case .aggregate(_, let values, _, _) = user.operation { values } else { nil }
        }
        canvas.text(drawing.label(selector), x: x, y: y + 12, size: 11, bold: true, fill: "#633")
        let top = y + 36 + Double(reads.count) * 22 + keyHeight
        let left = x + margin
        for (index, values) in reads.enumerated() { drawValues(values, &canvas, left: left, y: y + 20 + Double(index) * 22) }
        // The names of what is compared, along both sides and no longer than these.
        let side = Double(drawing.size) * cell
        canvas.text(
            fitted("key: \(names.keys)", to: max(side, 150)), x: left, y: top - keyHeight - 4, size: 9, fill: Self.axisColour)
        canvas.text(
            fitted("query: \(names.queries)", to: side + keyHeight), x: x + 9, y: top + side, size: 9, fill: Self.axisColour,
            rotated: true)
        for (column, key) in keys.enumerated() {
            let center = left + (Double(column) + 0.5) * cell
            if keyHeight > 18 {
                canvas.text(key, x: center + 4, y: top - 4, rotated: true)
            } else {
                canvas.text(key, x: center, y: top - 5, anchor: .middle)
            }
        }
        drawMatrix(&canvas, left: left, top: top, queries)
        var right = left + Double(drawing.size) * cell + 12
        for user in users { right = drawResult(user, &canvas, x: right, top: top) }
        let labelEnd = x + SVGCanvas.width(of: drawing.label(selector))
        return (max(right, labelEnd), top + Double(drawing.size) * cell)
    }

    private static let axisColour = "#667"

    private var axisNames: (keys: String, queries: String) {
        guard case .select(let keys, let queries, _) = selector.operation else { return ("tokens", "tokens") }
        return (drawing.label(keys), drawing.label(queries))
    }

    private func fitted(_ text: String, to width: Double) -> String {
        let longest = max(3, Int(width / SVGCanvas.width(of: "m", size: 9)))
        return text.unicodeScalars.count > longest ? text.prefix(longest - 1) + "…" : text
    }

    /// The compared values where the selector is a plain select, else the tokens.
    private var labels: (keys: [String], queries: [String]) {
        guard case .select(let keys, let queries, _) = selector.operation else { return (drawing.tokens, drawing.tokens) }
        return (drawing.values(keys).map(drawing.text), drawing.values(queries).map(drawing.text))
    }

    private func drawValues(_ sop: SOp, _ canvas: inout SVGCanvas, left: Double, y: Double) {
        for (column, value) in drawing.values(sop).enumerated() {
            let x = left + Double(column) * cell
            canvas.rectangle(x: x, y: y, width: cell, height: 18, fill: "#fdf3dd", stroke: "#cb8")
            canvas.text(drawing.text(value), x: x + cell / 2, y: y + 13, anchor: .middle, size: fitting(drawing.text(value)))
        }
        canvas.text(drawing.label(sop), x: left + Double(drawing.size) * cell + 6, y: y + 13, size: 10, fill: "#863")
    }

    private func drawMatrix(_ canvas: inout SVGCanvas, left: Double, top: Double, _ queries: [String]) {
        let matrix = drawing.matrix(selector)
        for row in 0..<drawing.size {
            let y = top + Double(row) * cell
            canvas.text(queries[row], x: left - 6, y: y + 15, anchor: .end)
            for column in 0..<drawing.size {
                canvas.rectangle(
                    x: left + Double(column) * cell, y: y, width: cell, height: cell,
                    fill: matrix[row, column] ? "#4a7dbd" : "#f6f8fb", stroke: "#c5d0dd")
            }
        }
    }

    private func drawResult(_ sop: SOp, _ canvas: inout SVGCanvas, x: Double, top: Double) -> Double {
        let width = drawing.cellWidth(sop)
        for (row, value) in drawing.values(sop).enumerated() {
            let y = top + Double(row) * cell
            canvas.rectangle(x: x, y: y, width: width, height: cell, fill: "#e3f1e3", stroke: "#8b9")
            canvas.text(drawing.text(value), x: x + width / 2, y: y + 15, anchor: .middle)
        }
        let name = drawing.label(sop)
        canvas.text(name, x: x, y: top - 5, size: 10, fill: "#363")
        return x + max(width, SVGCanvas.width(of: name, size: 10)) + 10
    }

    private func fitting(_ text: String) -> Double { text.unicodeScalars.count > 3 ? max(5, 36 / Double(text.unicodeScalars.count)) : 11 }
}
