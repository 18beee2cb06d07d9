import Circuits

/// Where the components of a circuit stand in its picture: layers downwards, and lanes for what is read further down.
///
/// After Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981): rows
/// are put in order by the mean place of their neighbours, up and down in turn; within a row all stand as near to those
/// places as their widths allow.
struct CircuitLayout {
    /// A component in its row, or what it has written on its way through a row further down.
    struct Place: Hashable {
        let row: Int
        let node: CircuitNode
        let isLane: Bool
    }

    /// A piece of an edge from one row to the next. What several readers read runs down in one lane.
    struct Segment {
        let from: Place
        let to: Place
        /// nil where a lane goes on.
        let edge: CircuitEdge?
    }

    private(set) var rows: [[Place]]
    let segments: [Segment]
    private(set) var centres: [Place: Double] = [:]
    private let widths: [Place: Double]

    static let boxWidth = 90.0
    private static let laneWidth = 16.0
    private static let gap = 18.0

    /// - Parameters:
    ///   - nodes: what stands in the picture, at the ends of edges or not.
    ///   - boxWidth: the room that a component's label takes below it.
    ///   - labelWidth: the room that an edge's label takes above its reader.
    init(
        _ graph: CircuitGraph, nodes: [CircuitNode], boxWidth: (CircuitNode) -> Double,
        labelWidth: (CircuitEdge) -> Double
    ) {
        let layers = graph.shape.layers
        let times = Set(nodes.map { Self.time($0, layers) }).sorted()
        let rowOf = Dictionary(uniqueKeysWithValues: times.enumerated().map { ($1, $0) })
        func place(_ node: CircuitNode) -> Place {
            Place(row: rowOf[Self.time(node, layers)] ?? 0, node: node, isLane: false)
        }
        var rows = [[Place]](repeating: [], count: times.count)
        for node in nodes { rows[place(node).row].append(place(node)) }
        var segments: [Segment] = []
        var labels: [Place: [CircuitReader: Double]] = [:]
        let standing = Set(nodes)
        let drawn = graph.circuit.filter { standing.contains($0.writer) && standing.contains($0.reader.node) }
        let edges = Dictionary(grouping: drawn, by: \.writer)
        for writer in nodes {
            guard let edges = edges[writer], let last = edges.map({ place($0.reader.node).row }).max() else { continue }
            var from = place(writer)
            for row in (from.row + 1)...last {
                for edge in edges where place(edge.reader.node).row == row {
                    let to = place(edge.reader.node)
                    segments.append(Segment(from: from, to: to, edge: edge))
                    let widest = labels[to]?[edge.reader] ?? 0
                    labels[to, default: [:]][edge.reader] = max(widest, labelWidth(edge))
                }
                guard row < last else { continue }
                let lane = Place(row: row, node: writer, isLane: true)
                rows[row].append(lane)
                segments.append(Segment(from: from, to: lane, edge: nil))
                from = lane
            }
        }
        var widths: [Place: Double] = [:]
        for place in rows.joined() {
            // Labels above the queries, keys and values of one head stand side by side.
            let needed = place.node.readers.reduce(0) { $0 + (labels[place]?[$1] ?? 0) }
            widths[place] = place.isLane ? Self.laneWidth : max(Self.boxWidth, needed, boxWidth(place.node))
        }
        (self.rows, self.segments, self.widths) = (rows, segments, widths)
        arrange()
    }

    /// Input, the heads of a layer, its MLP, and so on; last the logits.
    private static func time(_ node: CircuitNode, _ layers: Int) -> Int {
        switch node {
        case .input: 0
        case .head(let layer, _): 2 * layer + 1
        case .mlp(let layer): 2 * layer + 2
        case .logits: 2 * layers + 1
        }
    }

    private mutating func arrange() {
        for row in rows.indices { spread(row) { Double($0) * 100 } }
        var above: [Place: [Place]] = [:]
        var below: [Place: [Place]] = [:]
        for segment in segments {
            above[segment.to, default: []].append(segment.from)
            below[segment.from, default: []].append(segment.to)
        }
        for _ in 0..<12 {
            for row in rows.indices.dropFirst() { settle(row, above) }
            for row in rows.indices.dropLast().reversed() { settle(row, below) }
        }
        let left = rows.joined().map { (centres[$0] ?? 0) - (widths[$0] ?? 0) / 2 }.min() ?? 0
        for place in rows.joined() { centres[place, default: 0] -= left }
    }

    private mutating func settle(_ row: Int, _ neighbours: [Place: [Place]]) {
        let wanted = rows[row].map { place in
            let near = neighbours[place, default: []].compactMap { centres[$0] }
            return near.isEmpty ? centres[place] ?? 0 : near.reduce(0, +) / Double(near.count)
        }
        let order = rows[row].indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
        rows[row] = order.map { rows[row][$0] }
        spread(row) { wanted[order[$0]] }
    }

    /// Puts a row's places as near to where they are wanted as they can stand without touching: least squares under
    /// the distances, which is isotonic regression once the distances are taken off (pool adjacent violators).
    private mutating func spread(_ row: Int, _ wanted: (Int) -> Double) {
        var offsets: [Double] = []
        for (index, place) in rows[row].enumerated() {
            guard index > 0 else {
                offsets.append(0)
                continue
            }
            let (left, right) = (widths[rows[row][index - 1]] ?? 0, widths[place] ?? 0)
            offsets.append(offsets[index - 1] + (left + right) / 2 + Self.gap)
        }
        var blocks: [(mean: Double, count: Int)] = []
        for index in rows[row].indices {
            blocks.append((wanted(index) - offsets[index], 1))
            while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
                let (last, before) = (blocks.removeLast(), blocks.removeLast())
                let count = last.count + before.count
                blocks.append(
                    ((last.mean * Double(last.count) + before.mean * Double(before.count)) / Double(count), count))
            }
        }
        let means = blocks.flatMap { [Double](repeating: $0.mean, count: $0.count) }
        for (index, place) in rows[row].enumerated() { centres[place] = means[index] + offsets[index] }
    }

    /// The widest row.
    var width: Double {
        rows.joined().map { (centres[$0] ?? 0) + (widths[$0] ?? 0) / 2 }.max() ?? 0
    }
}
