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
    /// Components that are drawn although they are outside the circuit.
    package var outside: [CircuitNode]

    package init(
        title: String, graph: CircuitGraph, labels: [CircuitEdge: [Label]] = [:], outside: [CircuitNode] = []
    ) {
        (self.title, self.graph, self.labels, self.outside) = (title, graph, labels, outside)
    }

    private static let margin = 16.0
    private static let header = 30.0
    private static let boxHeight = 34.0
    private static let lineHeight = 11.0
    /// The advance of a monospaced font of 10 pixels.
    private static let advance = 6.1

    package func svg() -> String {
        let circuit = Set(graph.circuitNodes + graph.circuit.flatMap { [$0.writer, $0.reader.node] })
        let nodes = graph.nodes.filter { circuit.contains($0) || outside.contains($0) }
        let layout = CircuitLayout(graph, nodes: nodes) { Self.size(of: labels[$0] ?? []).width + 12 }
        let tops = rowTops(layout)
        let width = max(layout.width, Double(title.unicodeScalars.count) * 8) + 2 * Self.margin
        let height = (tops.last ?? 0) + Self.boxHeight + Self.margin
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" class="circuit" viewBox="0 0 \(number(width)) \(number(height))" \
            width="\(number(width))" height="\(number(height))" font-size="10" \
            font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" role="img" aria-label="\(HTML.escape(title))">
            <style>\(Self.darkStyle)</style>
            <rect \(Paint.ground) width="100%" height="100%"/>
            <text \(Paint.ink) font-size="13" font-weight="bold" x="\(number(Self.margin))" y="20">\(HTML.escape(title))</text>

            """
        let curves = layout.segments.map { curve($0, layout, tops) }
        for (segment, curve) in zip(layout.segments, curves) {
            out += "<path \(Paint.line(segment.from.node)) \(strength(segment.edge))d=\"\(curve.path)\"/>\n"
        }
        for place in layout.rows.joined() where place.isLane {
            let (x, top) = (number(centre(place, layout)), tops[place.row])
            out +=
                "<path \(Paint.line(place.node)) stroke-width=\"1.3\" d=\"M\(x) \(number(top))V\(number(top + Self.boxHeight))\"/>\n"
        }
        for place in layout.rows.joined() where !place.isLane {
            out += box(place.node, centre(place, layout), tops[place.row], isOutside: !circuit.contains(place.node))
        }
        let boxes = layout.rows.joined().filter { !$0.isLane }.map { place in
            Box(
                x: centre(place, layout) - CircuitLayout.boxWidth / 2, y: tops[place.row],
                width: CircuitLayout.boxWidth, height: Self.boxHeight)
        }
        return out + texts(layout, curves, apartFrom: boxes) + "</svg>\n"
    }

    private func centre(_ place: CircuitLayout.Place, _ layout: CircuitLayout) -> Double {
        Self.margin + (layout.centres[place] ?? 0)
    }

    /// The space above a row holds the labels of what it reads.
    private func rowTops(_ layout: CircuitLayout) -> [Double] {
        var tops: [Double] = []
        for row in layout.rows.indices {
            let incoming = layout.segments.filter { $0.to.row == row }.compactMap(\.edge)
            let lines = Dictionary(grouping: incoming, by: \.reader.node).values.map { edges in
                edges.reduce(0) { $0 + (labels[$1]?.count ?? 0) }
            }
            let gap = 44 + Self.lineHeight * Double(min(lines.max() ?? 0, 10))
            tops.append(tops.last.map { $0 + Self.boxHeight + gap } ?? Self.header)
        }
        return tops
    }

    private func box(_ node: CircuitNode, _ x: Double, _ y: Double, isOutside: Bool) -> String {
        let width = CircuitLayout.boxWidth
        let paint = isOutside ? Paint.outside : Paint.box(node)
        var out =
            "<rect \(paint) stroke-width=\"1.6\" x=\"\(number(x - width / 2))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(Self.boxHeight))\" rx=\"5\"/>\n"
        var baseline = y + 21.0
        if case .head = node {
            baseline = y + 27
            for reader in node.readers {
                guard case .head(_, _, let operand) = reader else { continue }
                out +=
                    "<text \(Paint.faint) text-anchor=\"middle\" x=\"\(number(x + Self.port(reader)))\" y=\"\(number(y + 11))\">\(operand.rawValue)</text>\n"
            }
        }
        return out
            + "<text \(isOutside ? Paint.faint : Paint.ink) font-size=\"12\" text-anchor=\"middle\" x=\"\(number(x))\" y=\"\(number(baseline))\">\(node)</text>\n"
    }

    /// Where on its upper edge a component reads, from the middle.
    private static func port(_ reader: CircuitReader) -> Double {
        switch reader {
        case .head(_, _, .query): -26
        case .head(_, _, .value): 26
        case .head(_, _, .key), .mlp, .logits: 0
        }
    }

    private func curve(_ segment: CircuitLayout.Segment, _ layout: CircuitLayout, _ tops: [Double]) -> Curve {
        Curve(
            from: (centre(segment.from, layout), tops[segment.from.row] + Self.boxHeight),
            to: (
                centre(segment.to, layout) + (segment.edge.map { Self.port($0.reader) } ?? 0), tops[segment.to.row]
            ))
    }

    private func strength(_ edge: CircuitEdge?) -> String {
        guard let edge, let score = graph[edge].score, score.isFinite else { return "stroke-width=\"1.3\" " }
        return "stroke-width=\"\(number(0.8 + 2.4 * min(1, abs(score))))\" "
    }

    /// Labels along their edges, each where it covers the least of the boxes and of the labels before it.
    private func texts(_ layout: CircuitLayout, _ curves: [Curve], apartFrom boxes: [Box]) -> String {
        var taken = boxes
        var out = ""
        for (segment, curve) in zip(layout.segments, curves) {
            guard let edge = segment.edge, let lines = labels[edge], !lines.isEmpty else { continue }
            let size = Self.size(of: lines)
            let shares = stride(from: 0.0, through: 0.4, by: 0.05).flatMap { [0.55 + $0, 0.55 - $0] }
            // On the edge, then beside it.
            let places = [0, 0.55, -0.55, 1.1, -1.1].flatMap { aside in
                shares.map { share -> Box in
                    let point = curve.point(at: share)
                    return Box(
                        x: point.x + (aside - 0.5) * size.width, y: point.y - size.height / 2, width: size.width,
                        height: size.height)
                }
            }
            let overlaps = places.map { place in taken.reduce(0) { $0 + $1.overlap(place) } }
            let best = places.indices.min { (overlaps[$0], $0) < (overlaps[$1], $1) } ?? 0
            taken.append(places[best])
            for (index, line) in lines.enumerated() {
                let y = places[best].y + Self.lineHeight * (Double(index) + 0.8)
                out +=
                    "<text \(Paint.halo(line.isFaint ? Paint.faint : Paint.ink)) text-anchor=\"middle\" x=\"\(number(places[best].x + size.width / 2))\" y=\"\(number(y))\">\(HTML.escape(line.text))</text>\n"
            }
        }
        return out
    }

    private static func size(of lines: [Label]) -> (width: Double, height: Double) {
        let longest = lines.map(\.text.unicodeScalars.count).max() ?? 0
        return (Double(longest) * advance, Double(lines.count) * lineHeight)
    }

    private func number(_ value: Double) -> String { Heatmap.number(value) }

    /// Colours on a dark screen: those of the pages (`HTML.style`). The light ones are attributes of every element,
    /// which any reader of SVG knows; style sheets with variables many do not.
    private static let darkStyle = """
        @media (prefers-color-scheme: dark) { svg.circuit .ground, svg.circuit .box { fill: #14171a; } \
        svg.circuit .ink { fill: #e6e8ea; } svg.circuit .faint { fill: #98a1ab; } svg.circuit .halo { stroke: #14171a; } \
        svg.circuit .outside { stroke: #98a1ab; } svg.circuit .head { stroke: #6cb0ff; } \
        svg.circuit .mlp { stroke: #ffac6b; } svg.circuit .end { stroke: #6fd39c; } }
        """
}

/// How an element is painted: its class, for a dark screen, and the attributes for a light one.
private enum Paint {
    static let ground = ##"class="ground" fill="#ffffff""##
    static let ink = ##"class="ink" fill="#1b1f24""##
    static let faint = ##"class="faint" fill="#68707a""##
    /// Outside the circuit.
    static let outside = ##"class="box outside" fill="#ffffff" stroke="#68707a" stroke-dasharray="3 3""##

    /// Behind a text, so that lines do not run through it.
    static func halo(_ paint: String) -> String {
        paint.replacing("class=\"", with: "class=\"halo ")
            + ##" stroke="#ffffff" stroke-width="3" paint-order="stroke""##
    }

    static func box(_ node: CircuitNode) -> String {
        ##"class="box \##(kind(node))" fill="#ffffff" stroke="\##(colour(node))""##
    }
    static func line(_ node: CircuitNode) -> String {
        ##"class="\##(kind(node))" fill="none" stroke="\##(colour(node))""##
    }

    private static func kind(_ node: CircuitNode) -> String {
        switch node {
        case .input, .logits: "end"
        case .head: "head"
        case .mlp: "mlp"
        }
    }

    private static func colour(_ node: CircuitNode) -> String {
        switch node {
        case .input, .logits: "#2a8a57"
        case .head: "#1f6fd1"
        case .mlp: "#d1681f"
        }
    }
}

/// A curve that leaves downwards and arrives downwards.
private struct Curve {
    let from: (x: Double, y: Double)
    let to: (x: Double, y: Double)

    private var middle: Double { (from.y + to.y) / 2 }

    var path: String {
        let points = [from.x, from.y, from.x, middle, to.x, middle, to.x, to.y].map(Heatmap.number)
        return
            "M\(points[0]) \(points[1])C\(points[2]) \(points[3]) \(points[4]) \(points[5]) \(points[6]) \(points[7])"
    }

    /// A cubic Bézier curve at a parameter from 0 to 1.
    func point(at t: Double) -> (x: Double, y: Double) {
        let (s, u) = (1 - t, t * t * (3 - 2 * t))
        let y = s * s * s * from.y + 3 * s * t * middle + t * t * t * to.y
        return (from.x + u * (to.x - from.x), y)
    }
}

private struct Box {
    let x: Double, y: Double, width: Double, height: Double

    func overlap(_ other: Box) -> Double {
        max(0, min(x + width, other.x + other.width) - max(x, other.x))
            * max(0, min(y + height, other.y + other.height) - max(y, other.y))
    }
}
