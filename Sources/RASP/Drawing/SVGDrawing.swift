/// The computation of a program on one input as a picture: layer by layer, every head with its matrix of queries and
/// keys, the values it reads and what it writes, then the named results of the feed-forward part.
public struct SVGDrawing {
    /// The longest input that still makes a legible picture.
    public static let longestInput = 64
    /// The most heads that are drawn; a program with more is refused.
    public static let mostHeads = 400

    private let program: Program
    private let input: [Atom]
    private let trace: NodeTrace
    private let order: [GraphNode]
    private let depths: [GraphNode: Int]
    private let labels: NodeLabels

    /// Evaluates the program.
    ///
    /// - Throws: `RASPError` when evaluation fails, or the picture would be too large.
    public init(_ program: Program, on input: [Atom], causal: Bool? = nil, bos: Atom? = nil) throws {
        guard input.count <= Self.longestInput else {
            throw RASPError(.limit, "a drawing holds at most \(Self.longestInput) tokens; the input has \(input.count)")
        }
        guard program.plan.steps.count <= 20_000 else {
            throw RASPError(.limit, "the program has more than 20000 nodes; draw a part of it")
        }
        self.program = program
        let interpreter = Interpreter(causal: causal ?? program.causal ?? false, bos: bos)
        // BOS is drawn like any token.
        self.input = interpreter.framed(input)
        trace = try interpreter.trace(program, on: input)
        order = topologicalOrder(of: [.sop(program.output)])
        depths = LayerReport.depths(below: [program.output])
        var names = program.localNames
        for variable in program.variables { names[.sop(variable.sop)] = variable.name }
        for case .sop(let sop) in order where names[.sop(sop)] == nil {
            if case .tokens(.asIs) = sop.operation { names[.sop(sop)] = "tokens" }
            if case .tokens(.string) = sop.operation { names[.sop(sop)] = "tokens" }
        }
        guard LayerReport(program.output).headsPerLayer.reduce(0, +) <= Self.mostHeads else {
            throw RASPError(.limit, "the program has more than \(Self.mostHeads) heads; draw a part of it")
        }
        labels = NodeLabels(names: names, heads: Self.heads(order.compactMap(\.sop)).map(\.selector))
    }

    /// Space around panels, inside them, and between what stands in them.
    private static let margin = 14.0, padding = 14.0, gap = 26.0
    /// Heads that reach beyond it go on in a new row.
    private static let pageWidth = 1000.0

    public func render() -> String {
        var canvas = SVGCanvas()
        let title = "\(program.outputName)(\(shown(input)))"
        canvas.text(title, x: Self.margin, y: 26, size: 15, bold: true)
        var y = 40.0
        var panels: [(mark: Int, y: ClosedRange<Double>)] = []
        for layer in 0...(depths.values.max() ?? 0) {
            let mark = canvas.mark
            guard let bottom = drawLayer(layer, &canvas, y: y) else { continue }
            panels.append((mark, y...bottom))
            y = bottom + 10
        }
        // All panels are as wide as the widest. The last one comes first: what is put in at a mark moves every mark
        // after it.
        let width = canvas.width + Self.padding - Self.margin
        for panel in panels.reversed() { canvas.panel(at: panel.mark, x: Self.margin, y: panel.y, width: width) }
        return canvas.render(title: title, margin: Self.margin)
    }

    private func shown(_ atoms: [Atom]) -> String {
        let areCharacters = atoms.allSatisfy { if case .string(let text) = $0 { text.count == 1 } else { false } }
        let text =
            areCharacters
            ? "\"" + atoms.map(\.description).joined() + "\""
            : "[" + atoms.map(\.described).joined(separator: ", ") + "]"
        return text.count > 70 ? text.prefix(67) + "…" : text
    }

    /// - Returns: where the layer's panel ends; nil when there is nothing to show of it.
    private func drawLayer(_ layer: Int, _ canvas: inout SVGCanvas, y top: Double) -> Double? {
        let sops = order.filter { depths[$0] == layer }.compactMap(\.sop)
        let heads = Self.heads(sops).map {
            HeadPicture(drawing: self, selector: $0.selector, occurrence: $0.occurrence, users: $0.users)
        }
        let rows = sops.filter { isRow($0) }
        guard !heads.isEmpty || !rows.isEmpty else { return nil }
        let left = Self.margin + Self.padding
        canvas.text(
            layer == 0 ? "Input" : "Layer \(layer)", x: left, y: top + 22, size: 13, face: .heading, bold: true,
            .heading)
        var y = top + 34
        if !heads.isEmpty { y = drawHeads(heads, &canvas, left: left, y: y) + (rows.isEmpty ? 0 : 18) }
        if !rows.isEmpty { y = drawRows(rows, &canvas, left: left, y: y) }
        return y + Self.padding
    }

    /// Draws heads side by side, and goes on in a new row where the page ends.
    private func drawHeads(_ heads: [HeadPicture], _ canvas: inout SVGCanvas, left: Double, y top: Double) -> Double {
        var (x, y, lowest) = (left, top, top)
        for head in heads {
            if x > left, x + head.width > Self.pageWidth {
                (x, y) = (left, lowest + Self.gap)
            }
            head.draw(&canvas, x: x, y: y)
            canvas.extend(x + head.width, y + head.height)
            x += head.width + Self.gap
            lowest = max(lowest, y + head.height)
        }
        return lowest
    }

    private func drawRows(_ rows: [SOp], _ canvas: inout SVGCanvas, left: Double, y top: Double) -> Double {
        let boxesLeft = left + (rows.map { SVGCanvas.width(of: label($0)) }.max() ?? 0) + 12
        let width = rows.map(cellWidth).max() ?? 0
        for (index, row) in rows.enumerated() {
            let y = top + Double(index) * 25
            canvas.text(label(row), x: boxesLeft - 10, y: y + 14, anchor: .end, bold: isOutput(row))
            canvas.boxes(texts(row), x: boxesLeft, y: y, width: width, height: 20, isOutput(row) ? .result : .state)
        }
        return top + Double(rows.count) * 25 - 5
    }

    /// The selectors that the s-ops attend with, each with the s-ops that share it. What picks one of the selected
    /// positions shares its head with nothing that does not.
    private static func heads(_ sops: [SOp]) -> [(selector: Selector, occurrence: Occurrence?, users: [SOp])] {
        var heads: [(selector: Selector, occurrence: Occurrence?, users: [SOp])] = []
        for sop in sops {
            guard let selector = sop.usedSelector else { continue }
            let occurrence = sop.pickedOccurrence
            if let index = heads.firstIndex(where: { $0.selector === selector && $0.occurrence == occurrence }) {
                heads[index].users.append(sop)
            } else {
                heads.append((selector, occurrence, [sop]))
            }
        }
        return heads
    }

    /// Whether the s-op gets a row of its own below the heads: named feed-forward results do, and the input itself.
    private func isRow(_ sop: SOp) -> Bool {
        switch sop.operation {
        case .elementwise: labels.names[.sop(sop)] != nil
        case .tokens, .indices: true
        default: false
        }
    }

    // MARK: What pictures of heads need as well

    var size: Int { input.count }
    var tokens: [String] { input.map { clipped($0.shown) } }

    func isOutput(_ sop: SOp) -> Bool { sop === program.output }
    func texts(_ sop: SOp) -> [String] { trace.sequence(sop).map { clipped($0?.shown ?? "·") } }
    func matrix(_ selector: Selector) -> SelectionMatrix { trace.selection(selector) }
    func label(_ sop: SOp) -> String { labels.label(sop) }
    func label(_ selector: Selector) -> String { labels.label(selector) }

    func cellWidth(_ sop: SOp) -> Double {
        max(24, (texts(sop).map { SVGCanvas.width(of: $0) }.max() ?? 0) + 8)
    }

    private func clipped(_ text: String) -> String { text.unicodeScalars.count > 12 ? text.prefix(11) + "…" : text }
}
