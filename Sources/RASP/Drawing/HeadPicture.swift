/// One attention head. Its matrix has a column for every key and a row for every query, the selected entries filled;
/// above it stand the values that are read, to its right what each query position receives:
///
///     select(indices, mirrored, ==)
///                 a  b  c   tokens         values read
///                 a  b  c
///        keys →   0  1  2   reverse
///     queries ↓
///        a  2    [ ][ ][#]   c             tokens, queries, entries, result
struct HeadPicture {
    let drawing: SVGDrawing
    let selector: Selector
    /// Which one of the selected positions the head reads; nil where it reads all of them.
    let occurrence: Occurrence?
    /// The aggregates and widths that share the selector.
    let users: [SOp]

    /// What stands above the picture, broken into as many lines as its width makes necessary.
    private var title: [String] = []
    /// The values that are compared: keys over the columns, queries beside the rows. Where these are not the tokens
    /// themselves, the tokens are shown as well.
    private let keys: [String], queries: [String]
    private let showsKeyTokens: Bool, showsQueryTokens: Bool
    private let reads: [SOp]

    private static let cell = 22.0
    private static let labelGap = 6.0

    init(drawing: SVGDrawing, selector: Selector, occurrence: Occurrence?, users: [SOp]) {
        self.drawing = drawing
        self.selector = selector
        self.occurrence = occurrence
        self.users = users
        var read: [SOp] = []
        for case .aggregate(_, let values, _, _) in users.map(\.operation) where !read.contains(values) {
            read.append(values)
        }
        reads = read
        if case .select(let keys, let queries, _) = selector.operation {
            self.keys = drawing.texts(keys)
            self.queries = drawing.texts(queries)
        } else {
            keys = drawing.tokens
            queries = drawing.tokens
        }
        showsKeyTokens = keys != drawing.tokens
        showsQueryTokens = queries != drawing.tokens
        let label = drawing.label(selector)
        let text = occurrence.map { "\($0.rawValue) of \(label)" } ?? label
        title = text.wrapped(to: max(40, Int(contentWidth / SVGCanvas.width(of: "m"))))
    }

    private var side: Double { Double(drawing.size) * Self.cell }
    private static func widest(_ texts: [String]) -> Double { texts.map { SVGCanvas.width(of: $0) }.max() ?? 0 }
    private var queryWidth: Double { Self.widest(queries) }
    private var tokenWidth: Double { showsQueryTokens ? Self.widest(drawing.tokens) + 10 : 0 }
    /// Room left of the matrix: the queries, their tokens, and the words for both sides.
    private var left: Double { max(58, queryWidth + tokenWidth + Self.labelGap + 4) }
    private static func height(of labels: [String]) -> Double {
        labels.contains { $0.unicodeScalars.count > 3 } ? widest(labels) + 10 : 17
    }
    private var keyHeight: Double { Self.height(of: keys) }
    private var keyTokenHeight: Double { showsKeyTokens ? Self.height(of: drawing.tokens) : 0 }
    private var titleHeight: Double { (reads.isEmpty && !showsKeyTokens ? 18 : 10) + 14 * Double(title.count) }
    private func valueHeight(_ sop: SOp) -> Double { max(19, Self.height(of: drawing.texts(sop))) }
    private var top: Double { titleHeight + reads.reduce(0) { $0 + valueHeight($1) + 3 } + keyTokenHeight + keyHeight }

    var width: Double { max(contentWidth, Self.widest(title)) }
    var height: Double { top + side }

    private var contentWidth: Double {
        let labels = reads.map { left + side + Self.labelGap + SVGCanvas.width(of: drawing.label($0), size: 10) }
        let results = users.reduce(left + side + 12) { $0 + resultWidth($1) + 10 }
        return max(results, labels.max() ?? 0)
    }

    func draw(_ canvas: inout SVGCanvas, x: Double, y: Double) {
        for (index, line) in title.enumerated() {
            canvas.text(line, x: x, y: y + 12 + 14 * Double(index), bold: true, .heading)
        }
        var valuesY = y + titleHeight - 1
        for values in reads {
            drawValues(values, &canvas, x: x + left, y: valuesY)
            valuesY += valueHeight(values) + 3
        }
        let (matrixX, matrixY) = (x + left, y + top)
        drawKeys(&canvas, x: matrixX, y: matrixY)
        drawQueries(&canvas, x: matrixX, y: matrixY)
        drawMatrix(&canvas, x: matrixX, y: matrixY)
        var right = matrixX + side + 12
        for user in users {
            drawResult(user, &canvas, x: right, y: matrixY)
            right += resultWidth(user) + 10
        }
    }

    private func drawValues(_ sop: SOp, _ canvas: inout SVGCanvas, x: Double, y: Double) {
        let height = valueHeight(sop)
        canvas.boxes(drawing.texts(sop), x: x, y: y, width: Self.cell, height: height, .value, rotated: height > 19)
        canvas.text(drawing.label(sop), x: x + side + Self.labelGap, y: y + height - 6, size: 10, .valueInk)
    }

    private func drawKeys(_ canvas: inout SVGCanvas, x: Double, y: Double) {
        columnLabels(keys, &canvas, x: x, y: y, height: keyHeight, .ink)
        if showsKeyTokens {
            columnLabels(drawing.tokens, &canvas, x: x, y: y - keyHeight, height: keyTokenHeight, .faint)
        }
    }

    private func columnLabels(
        _ labels: [String], _ canvas: inout SVGCanvas, x: Double, y: Double, height: Double, _ paint: Paint
    ) {
        for (column, label) in labels.enumerated() {
            let center = x + (Double(column) + 0.5) * Self.cell
            if height > 17 {
                canvas.text(label, x: center + 4, y: y - 5, paint, rotated: true)
            } else {
                let size = min(SVGCanvas.textSize, (Self.cell - 1) / SVGCanvas.width(of: label, size: 1))
                canvas.text(label, x: center, y: y - 5, anchor: .middle, size: size, paint)
            }
        }
    }

    private func drawQueries(_ canvas: inout SVGCanvas, x: Double, y: Double) {
        for row in queries.indices {
            let baseline = y + Double(row) * Self.cell + 15
            canvas.text(queries[row], x: x - Self.labelGap, y: baseline, anchor: .end)
            guard showsQueryTokens else { continue }
            canvas.text(drawing.tokens[row], x: x - Self.labelGap - queryWidth - 10, y: baseline, anchor: .end, .faint)
        }
        for (line, word) in ["queries ↓", "keys →"].enumerated() {
            canvas.text(
                word, x: x - Self.labelGap, y: y - 5 - Double(line) * 11, anchor: .end, size: 9, face: .note, .faint)
        }
    }

    private func drawMatrix(_ canvas: inout SVGCanvas, x: Double, y: Double) {
        let selected = drawing.matrix(selector)
        let matrix = occurrence.map(selected.picked) ?? selected
        for row in 0..<drawing.size {
            for column in 0..<drawing.size {
                canvas.rectangle(
                    x: x + Double(column) * Self.cell, y: y + Double(row) * Self.cell, width: Self.cell,
                    height: Self.cell,
                    matrix[row, column] ? .selected : .blank)
            }
        }
    }

    private func resultWidth(_ sop: SOp) -> Double {
        max(drawing.cellWidth(sop), SVGCanvas.width(of: drawing.label(sop), size: 10))
    }

    private func drawResult(_ sop: SOp, _ canvas: inout SVGCanvas, x: Double, y: Double) {
        canvas.text(drawing.label(sop), x: x, y: y - 6, size: 10, bold: drawing.isOutput(sop), .resultInk)
        for (row, text) in drawing.texts(sop).enumerated() {
            canvas.box(
                text, x: x, y: y + Double(row) * Self.cell, width: drawing.cellWidth(sop), height: Self.cell, .result)
        }
    }
}
