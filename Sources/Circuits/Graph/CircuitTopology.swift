/// A shape's nodes and edges as numbers, for what looks at all edges many times.
///
/// Nodes and edges count in the shape's order. Every edge that leads to a node is listed before the edges that leave it.
struct CircuitTopology {
    let writers: [Int]
    /// The node that each edge is read by.
    let readers: [Int]
    let nodeCount: Int
    /// The edges that lead to each node.
    let incoming: [[Int]]

    static let input = 0
    var logits: Int { nodeCount - 1 }

    init(_ shape: CircuitShape) {
        let nodes = shape.nodes
        let edges = shape.edges
        let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
        func number(_ node: CircuitNode) -> Int {
            guard let number = numbers[node] else { preconditionFailure("a shape lists both ends of its edges") }
            return number
        }
        writers = edges.map { number($0.writer) }
        readers = edges.map { number($0.reader.node) }
        nodeCount = nodes.count
        var incoming = Array(repeating: [Int](), count: nodes.count)
        for (edge, reader) in readers.enumerated() { incoming[reader].append(edge) }
        self.incoming = incoming
    }

    /// Of these edges, those that lie on a way from the input to the logits. This is what is left when nodes without an
    /// edge that leads to them or without one that leaves them are removed until there are none (`Graph.prune` of
    /// hannamw/EAP-IG).
    func pruned(_ isIncluded: [Bool]) -> [Bool] {
        var (isReached, isUsed) = (
            Array(repeating: false, count: nodeCount), Array(repeating: false, count: nodeCount)
        )
        isReached[Self.input] = true
        for edge in writers.indices where isIncluded[edge] && isReached[writers[edge]] {
            isReached[readers[edge]] = true
        }
        isUsed[logits] = true
        for edge in writers.indices.reversed() where isIncluded[edge] && isUsed[readers[edge]] {
            isUsed[writers[edge]] = true
        }
        return writers.indices.map { isIncluded[$0] && isReached[writers[$0]] && isUsed[readers[$0]] }
    }
}
