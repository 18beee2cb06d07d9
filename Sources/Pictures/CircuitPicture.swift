import Circuits

/// A circuit as an SVG picture: layers downwards, a box for each component with the places where it reads at its upper
/// edge, and on each edge what it carries.
package struct CircuitPicture: Sendable {
    /// One line of what an edge carries.
    package struct Label: Sendable {
        package var text: String
        /// Whether it stands back, as an intermediate result does.
        package var isFaint: Bool

        package init(_ text: String, isFaint: Bool = false) { (self.text, self.isFaint) = (text, isFaint) }
    }

    package var title: String
    /// The circuit's edges are drawn, the stronger the larger their scores; without scores all alike.
    package var graph: CircuitGraph
    package var labels: [CircuitEdge: [Label]]
    /// What stands below a component that no edge's label says.
    package var notes: [CircuitNode: [Label]]
    /// Components that are drawn although they are outside the circuit.
    package var outside: [CircuitNode]
    /// Edges that ought not to be there: dashed, in red.
    package var wrong: Set<CircuitEdge>

    package init(
        title: String, graph: CircuitGraph, labels: [CircuitEdge: [Label]] = [:], notes: [CircuitNode: [Label]] = [:],
        outside: [CircuitNode] = [], wrong: Set<CircuitEdge> = []
    ) {
        (self.title, self.graph, self.labels, self.notes) = (title, graph, labels, notes)
        (self.outside, self.wrong) = (outside, wrong)
    }

    private static let margin = 16.0
    private static let header = 30.0
    private static let boxHeight = 34.0

    package func svg() -> String {
        let circuit = Set(graph.circuitNodes + graph.circuit.flatMap { [$0.writer, $0.reader.node] })
        let nodes = graph.nodes.filter { circuit.contains($0) || outside.contains($0) }
        let labels = CircuitLabels(labels, notes: notes)
        let layout = CircuitLayout(
            graph, nodes: nodes, boxWidth: { CircuitLabels.size(of: labels.written[$0] ?? []).width },
            labelWidth: { CircuitLabels.size(of: labels.carried[$0] ?? []).width + 12 })
        let tops = rowTops(layout, labels)
        let width = max(layout.width, Double(title.unicodeScalars.count) * 8) + 2 * Self.margin
        let height = (tops.last ?? 0) + Self.boxHeight + Self.margin
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" class="circuit" viewBox="0 0 \(number(width)) \(number(height))" \
            width="\(number(width))" height="\(number(height))" font-size="10" \
            font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" role="img" aria-label="\(HTML.escape(title))">
            <style>\(Self.darkStyle)</style>
            <rect \(CircuitPaint.ground) width="100%" height="100%"/>
            <text \(CircuitPaint.ink) font-size="13" font-weight="bold" x="\(number(Self.margin))" y="20">\(HTML.escape(title))</text>

            """
        let curves = layout.segments.map { curve($0, layout, tops) }
        for (segment, curve) in zip(layout.segments, curves) {
            let isWrong = segment.edge.map(wrong.contains) ?? false
            let paint = isWrong ? CircuitPaint.wrong : CircuitPaint.line(segment.from.node)
            out += "<path \(paint) \(strength(segment.edge))d=\"\(curve.path)\"/>\n"
        }
        for place in layout.rows.joined() where place.isLane {
            let (x, top) = (number(centre(place, layout)), tops[place.row])
            out +=
                "<path \(CircuitPaint.line(place.node)) stroke-width=\"1.3\" d=\"M\(x) \(number(top))V\(number(top + Self.boxHeight))\"/>\n"
        }
        for place in layout.rows.joined() where !place.isLane {
            out += box(place.node, centre(place, layout), tops[place.row], isOutside: !circuit.contains(place.node))
        }
        let boxes = layout.rows.joined().filter { !$0.isLane }.map { place in
            CircuitBox(
                x: centre(place, layout) - CircuitLayout.boxWidth / 2, y: tops[place.row],
                width: CircuitLayout.boxWidth, height: Self.boxHeight)
        }
        return out + labels.svg(carried: zip(layout.segments, curves), below: written(layout, tops), apartFrom: boxes)
            + "</svg>\n"
    }

    private func centre(_ place: CircuitLayout.Place, _ layout: CircuitLayout) -> Double {
        Self.margin + (layout.centres[place] ?? 0)
    }

    /// The middle of each component's lower edge.
    private func written(_ layout: CircuitLayout, _ tops: [Double]) -> [(node: CircuitNode, x: Double, y: Double)] {
        layout.rows.joined().filter { !$0.isLane }.map {
            ($0.node, centre($0, layout), tops[$0.row] + Self.boxHeight)
        }
    }

    /// The space above a row holds the labels of what it reads, and those of what the row before writes.
    private func rowTops(_ layout: CircuitLayout, _ labels: CircuitLabels) -> [Double] {
        var tops: [Double] = []
        for row in layout.rows.indices {
            let incoming = layout.segments.filter { $0.to.row == row }.compactMap(\.edge)
            let lines = Dictionary(grouping: incoming, by: \.reader.node).values.map { edges in
                edges.reduce(0) { $0 + (labels.carried[$1]?.count ?? 0) }
            }
            let above = row == 0 ? [] : layout.rows[row - 1].filter { !$0.isLane }
            let written = above.compactMap { labels.written[$0.node]?.count }.max() ?? 0
            let gap = 44 + CircuitLabels.lineHeight * Double(min(lines.max() ?? 0, 10) + written)
            tops.append(tops.last.map { $0 + Self.boxHeight + gap } ?? Self.header)
        }
        return tops
    }

    private func box(_ node: CircuitNode, _ x: Double, _ y: Double, isOutside: Bool) -> String {
        let width = CircuitLayout.boxWidth
        let paint = isOutside ? CircuitPaint.outside : CircuitPaint.box(node)
        var out =
            "<rect \(paint) stroke-width=\"1.6\" x=\"\(number(x - width / 2))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(Self.boxHeight))\" rx=\"5\"/>\n"
        var baseline = y + 21.0
        if case .head = node {
            baseline = y + 27
            for reader in node.readers {
                guard case .head(_, _, let operand) = reader else { continue }
                out +=
                    "<text \(CircuitPaint.faint) text-anchor=\"middle\" x=\"\(number(x + Self.port(reader)))\" y=\"\(number(y + 11))\">\(operand.rawValue)</text>\n"
            }
        }
        return out
            + "<text \(isOutside ? CircuitPaint.faint : CircuitPaint.ink) font-size=\"12\" text-anchor=\"middle\" x=\"\(number(x))\" y=\"\(number(baseline))\">\(node)</text>\n"
    }

    /// Where on its upper edge a component reads, from the middle.
    private static func port(_ reader: CircuitReader) -> Double {
        switch reader {
        case .head(_, _, .query): -26
        case .head(_, _, .value): 26
        case .head(_, _, .key), .mlp, .logits: 0
        }
    }

    private func curve(_ segment: CircuitLayout.Segment, _ layout: CircuitLayout, _ tops: [Double]) -> CircuitCurve {
        CircuitCurve(
            from: (centre(segment.from, layout), tops[segment.from.row] + Self.boxHeight),
            to: (
                centre(segment.to, layout) + (segment.edge.map { Self.port($0.reader) } ?? 0), tops[segment.to.row]
            ))
    }

    private func strength(_ edge: CircuitEdge?) -> String {
        guard let edge, let score = graph[edge].score, score.isFinite else { return "stroke-width=\"1.3\" " }
        return "stroke-width=\"\(number(0.8 + 2.4 * min(1, abs(score))))\" "
    }

    private func number(_ value: Double) -> String { Heatmap.number(value) }

    /// Colours on a dark screen: those of the pages (`HTML.style`). The light ones are attributes of every element,
    /// which any reader of SVG knows; style sheets with variables many do not.
    private static let darkStyle = """
        @media (prefers-color-scheme: dark) { svg.circuit .ground, svg.circuit .box { fill: #14171a; } \
        svg.circuit .ink { fill: #e6e8ea; } svg.circuit .faint { fill: #98a1ab; } svg.circuit .halo { stroke: #14171a; } \
        svg.circuit .outside { stroke: #98a1ab; } svg.circuit .head { stroke: #6cb0ff; } \
        svg.circuit .mlp { stroke: #ffac6b; } svg.circuit .end { stroke: #6fd39c; } svg.circuit .wrong { stroke: #ff7b72; } }
        """
}
