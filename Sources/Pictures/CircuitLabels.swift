import Circuits

/// What the texts of a circuit's picture say, and where they stand.
struct CircuitLabels {
    typealias Label = CircuitPicture.Label

    /// What a component gives to all that read it, which is said once below it.
    let written: [CircuitNode: [Label]]
    /// What each other edge carries.
    let carried: [CircuitEdge: [Label]]

    static let lineHeight = 11.0
    /// The advance of a monospaced font of 10 pixels.
    private static let advance = 6.1

    init(_ labels: [CircuitEdge: [Label]], notes: [CircuitNode: [Label]] = [:]) {
        var (written, carried): ([CircuitNode: [Label]], [CircuitEdge: [Label]]) = (notes, [:])
        for (writer, edges) in Dictionary(grouping: labels.filter { !$0.value.isEmpty }, by: \.key.writer) {
            if edges.count > 1, Set(edges.map { $0.value.map(\.text) }).count == 1 {
                written[writer, default: []] += edges[0].value
            } else {
                carried.merge(edges.map { ($0.key, $0.value) }) { first, _ in first }
            }
        }
        (self.written, self.carried) = (written, carried)
    }

    static func size(of lines: [Label]) -> (width: Double, height: Double) {
        let longest = lines.map(\.text.unicodeScalars.count).max() ?? 0
        return (Double(longest) * advance, Double(lines.count) * lineHeight)
    }

    /// Labels below components and along edges, each where it covers the least of the boxes and of the labels before it.
    ///
    /// - Parameters:
    ///   - segments: the edges' ends with the curves that they are drawn as.
    ///   - components: with the middle of their lower edges.
    func svg(
        carried segments: some Sequence<(CircuitLayout.Segment, CircuitCurve)>,
        below components: [(node: CircuitNode, x: Double, y: Double)], apartFrom boxes: [CircuitBox]
    ) -> String {
        var taken = boxes
        var out = ""
        func put(_ lines: [Label], _ places: [CircuitBox]) {
            let overlaps = places.map { place in taken.reduce(0) { $0 + $1.overlap(place) } }
            guard let best = places.indices.min(by: { (overlaps[$0], $0) < (overlaps[$1], $1) }) else { return }
            taken.append(places[best])
            out += Self.text(lines, in: places[best])
        }
        for (node, x, y) in components {
            guard let lines = written[node] else { continue }
            let size = Self.size(of: lines)
            put(
                lines,
                [0, 0.4, -0.4, 0.8, -0.8].map { aside in
                    CircuitBox(x: x + (aside - 0.5) * size.width, y: y + 4, width: size.width, height: size.height)
                })
        }
        for (segment, curve) in segments {
            guard let edge = segment.edge, let lines = carried[edge] else { continue }
            let size = Self.size(of: lines)
            let shares = stride(from: 0.0, through: 0.4, by: 0.05).flatMap { [0.55 + $0, 0.55 - $0] }
            // On the edge, then beside it.
            put(
                lines,
                [0, 0.55, -0.55, 1.1, -1.1].flatMap { aside in
                    shares.map { share -> CircuitBox in
                        let point = curve.point(at: share)
                        return CircuitBox(
                            x: point.x + (aside - 0.5) * size.width, y: point.y - size.height / 2, width: size.width,
                            height: size.height)
                    }
                })
        }
        return out
    }

    private static func text(_ lines: [Label], in box: CircuitBox) -> String {
        lines.enumerated().map { index, line in
            let (x, y) = (box.x + box.width / 2, box.y + lineHeight * (Double(index) + 0.8))
            let paint = CircuitPaint.halo(line.isFaint ? CircuitPaint.faint : CircuitPaint.ink)
            return
                "<text \(paint) text-anchor=\"middle\" x=\"\(Heatmap.number(x))\" y=\"\(Heatmap.number(y))\">\(HTML.escape(line.text))</text>\n"
        }.joined()
    }
}
