/// The components of a transformer and every edge that may run between them.
///
/// Order is that of MIB's circuit track (hannamw/EAP-IG, `graph.py`): nodes layer by layer, heads before the MLP; edges
/// by the node that reads, in layers of heads writer by writer, then head by head, queries before keys before values.
public struct CircuitShape: Hashable, Sendable {
    /// The heads of each layer. Those of a language model are all alike; a compiled program has as many in a layer as
    /// it needs.
    public let headsPerLayer: [Int]
    /// The width of the residual stream.
    public let streamWidth: Int
    /// Whether the MLP of a layer reads what its heads read, instead of their results too.
    public let hasParallelMLP: Bool

    public init(headsPerLayer: [Int], streamWidth: Int, hasParallelMLP: Bool = false) {
        self.headsPerLayer = headsPerLayer
        self.streamWidth = streamWidth
        self.hasParallelMLP = hasParallelMLP
    }

    public var layers: Int { headsPerLayer.count }

    public func heads(layer: Int) -> [CircuitNode] {
        (0..<headsPerLayer[layer]).map { .head(layer: layer, head: $0) }
    }

    /// Everything that writes to the stream: the input, and each layer's heads and MLP.
    public var writers: [CircuitNode] { [.input] + (0..<layers).flatMap { heads(layer: $0) + [.mlp(layer: $0)] } }

    /// The writers and the logits.
    public var nodes: [CircuitNode] { writers + [.logits] }

    /// Every place that reads the stream: each layer's queries, keys and values, then its MLP; last the logits.
    public var readers: [CircuitReader] {
        (0..<layers).flatMap { layer -> [CircuitReader] in
            CircuitReader.Operand.allCases.flatMap { operand in
                (0..<headsPerLayer[layer]).map { .head(layer: layer, head: $0, operand) }
            } + [.mlp(layer: layer)]
        } + [.logits]
    }

    public var edges: [CircuitEdge] {
        var edges: [CircuitEdge] = []
        var stream: [CircuitNode] = [.input]
        for layer in 0..<layers {
            let heads = heads(layer: layer)
            let mlp = CircuitReader.mlp(layer: layer)
            for writer in stream {
                edges += heads.flatMap(\.readers).map { CircuitEdge(writer, $0) }
                if hasParallelMLP { edges.append(CircuitEdge(writer, mlp)) }
            }
            stream += heads
            if !hasParallelMLP { edges += stream.map { CircuitEdge($0, mlp) } }
            stream.append(.mlp(layer: layer))
        }
        return edges + stream.map { CircuitEdge($0, .logits) }
    }

    public func has(_ node: CircuitNode) -> Bool {
        switch node {
        case .input, .logits: true
        case .head(let layer, let head):
            headsPerLayer.indices.contains(layer) && (0..<headsPerLayer[layer]).contains(head)
        case .mlp(let layer): headsPerLayer.indices.contains(layer)
        }
    }

    /// Whether the writer comes before the reader, and the model has both.
    public func has(_ edge: CircuitEdge) -> Bool {
        guard edge.writer != .logits, has(edge.writer), has(edge.reader.node) else { return false }
        guard let writer = edge.writer.layer, let reader = edge.reader.node.layer else { return true }
        if writer != reader { return writer < reader }
        guard case .head = edge.writer, case .mlp = edge.reader else { return false }
        return !hasParallelMLP
    }
}
