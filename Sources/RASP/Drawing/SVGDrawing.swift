/// The computation of a program on one input as a picture: layer by layer, every head with its matrix of queries and
/// keys, the values it reads and what it writes, then the named results of the feed-forward part.
public struct SVGDrawing {
    /// Longest input that still makes a legible picture.
    public static let longestInput = 64
    /// Most heads drawn.
    public static let mostHeads = 400

    private let program: Program
    private let input: [Atom]
    private let trace: NodeTrace
    private let order: [GraphNode]
    private let depths: [GraphNode: Int]
    private let display: ValueDisplay

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
        var names: [GraphNode: String] = [:]
        for variable in program.variables { names[.sop(variable.sop)] = variable.name }
        for case .sop(let sop) in order where names[.sop(sop)] == nil {
            if case .tokens(.asIs) = sop.operation { names[.sop(sop)] = "tokens" }
            if case .tokens(.string) = sop.operation { names[.sop(sop)] = "tokens" }
        }
        display = ValueDisplay(nodeNames: names)
        guard LayerReport(program.output).headsPerLayer.reduce(0, +) <= Self.mostHeads else {
            throw RASPError(.limit, "the program has more than \(Self.mostHeads) heads; draw a part of it")
        }
    }

    public func render() -> String {
        var canvas = SVGCanvas()
        let title = "\(program.outputName)(\(shown(input)))"
        canvas.text(title, x: 16, y: 26, size: 15, bold: true)
        var y = 42.0
        var panels: [(mark: Int, y: ClosedRange<Double>)] = []
        for layer in 0...(depths.values.max() ?? 0) {
            let (mark, top) = (canvas.mark, y)
            drawLayer(layer, &canvas, &y)
            if y > top { panels.append((mark, top...y - 10)) }
        }
        // All as wide as the widest; from the last, so that the marks stay true.
        let width = canvas.width + 8
        for panel in panels.reversed() { canvas.panel(at: panel.mark, y: panel.y, width: width) }
        canvas.extend(width, y - 10)
        return canvas.render(title: title)
    }

    private func shown(_ atoms: [Atom]) -> String {
        let areCharacters = atoms.allSatisfy { if case .string(let text) = $0 { text.count == 1 } else { false } }
        let text = areCharacters
            ? "\"" + atoms.map(\.description).joined() + "\"" : "[" + atoms.map(\.described).joined(separator: ", ") + "]"
        return text.count > 70 ? text.prefix(67) + "…" : text
    }

    private func drawLayer(_ layer: Int, _ canvas: inout SVGCanvas, _ y: inout Double) {
        let sops = order.compactMap { node -> SOp? in
            guard case .sop(let sop) = node, depths[node] == layer else { return nil }
            return sop
        }
        let heads = groupedByHead(sops)
        let rows = sops.filter { isRow($0, layer) }
        guard !heads.isEmpty || !rows.isEmpty else { return }
        canvas.text(layer == 0 ? "input" : "layer \(layer)", x: 16, y: y + 18, size: 12, bold: true, fill: "#345")
        y += 30
        var x = 24.0
        var lowest = y
        for head in heads {
            // Heads stand side by side, and break into a new row where the page ends.
            if x > 900 {
                x = 24
                y = lowest + 12
            }
            let corner = HeadPicture(drawing: self, selector: head.selector, users: head.users).draw(&canvas, x: x, y: y)
            x = corner.x + 28
            lowest = max(lowest, corner.y)
        }
        y = heads.isEmpty ? y : lowest + 16
        let left = 24 + (rows.map { SVGCanvas.width(of: label($0)) }.max() ?? 0) + 12
        for row in rows { drawRow(row, &canvas, left: left, &y) }
        y += 20
    }

    private func groupedByHead(_ sops: [SOp]) -> [(selector: Selector, users: [SOp])] {
        var heads: [(selector: Selector, users: [SOp])] = []
        for sop in sops {
            let selector: Selector
            switch sop.operation {
            case .aggregate(let used, _, _, _), .selectorWidth(let used): selector = used
            default: continue
            }
            if let index = heads.firstIndex(where: { $0.selector === selector }) {
                heads[index].users.append(sop)
            } else {
                heads.append((selector, [sop]))
            }
        }
        return heads
    }

    /// Named feed-forward results, the output, and the input itself.
    private func isRow(_ sop: SOp, _ layer: Int) -> Bool {
        switch sop.operation {
        case .elementwise: display.nodeNames[.sop(sop)] != nil
        case .tokens, .indices: true
        default: false
        }
    }

    private func drawRow(_ sop: SOp, _ canvas: inout SVGCanvas, left: Double, _ y: inout Double) {
        let isOutput = sop === program.output
        canvas.text(label(sop), x: left - 10, y: y + 14, anchor: .end, bold: isOutput)
        var x = left
        let width = cellWidth(sop)
        for value in values(sop) {
            canvas.rectangle(x: x, y: y, width: width, height: 20, fill: isOutput ? "#e3f1e3" : "#eef2f7", stroke: "#9ab")
            canvas.text(text(value), x: x + width / 2, y: y + 14, anchor: .middle)
            x += width
        }
        y += 24
    }

    // MARK: What heads need too

    var size: Int { input.count }
    var tokens: [String] { input.map { clipped($0.displayed) } }

    func values(_ sop: SOp) -> [Atom?] { trace.sequence(sop) }
    func matrix(_ selector: Selector) -> SelectionMatrix { trace.selection(selector) }
    func text(_ value: Atom?) -> String { clipped(value?.displayed ?? "·") }
    func label(_ sop: SOp) -> String {
        if let name = display.nodeNames[.sop(sop)] { return name }
        if case .constant(let atom) = sop.operation { return atom.described }
        if case .elementwise = sop.operation { return sourceText(sop.span) ?? display.name(of: .sop(sop)) }
        return display.name(of: .sop(sop)) == "s-op" ? (sourceText(sop.span) ?? "s-op") : display.name(of: .sop(sop))
    }

    func label(_ selector: Selector) -> String { sourceText(selector.span) ?? "selector" }

    func cellWidth(_ sop: SOp) -> Double {
        max(24, (values(sop).map { SVGCanvas.width(of: text($0)) }.max() ?? 0) + 8)
    }

    private func clipped(_ text: String) -> String { text.unicodeScalars.count > 12 ? text.prefix(11) + "…" : text }

    private func sourceText(_ span: SourceSpan?) -> String? {
        guard let text = span?.text.split(whereSeparator: \.isWhitespace).joined(separator: " "), !text.isEmpty else { return nil }
        return text.count > 44 ? text.prefix(43) + "…" : text
    }
}
