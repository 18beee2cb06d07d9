import Circuits

extension GPT2Export {
    /// The components of the exported model. Every layer has as many heads as the largest one of the compiled model;
    /// those that it lacks there write nothing.
    public var circuitShape: CircuitShape {
        CircuitShape(headsPerLayer: [Int](repeating: heads, count: layers), streamWidth: width)
    }

    /// The circuit as it lies in the exported model, where layers and heads keep their numbers.
    ///
    /// Logits are read from a copy of the output, which whoever writes the output writes too. Only the embedding cannot
    /// (`GPT2Geometry.outputIsEmbedded`): the first MLP copies what it wrote, and stands between input and logits; and
    /// between the first layer's heads and logits, where it copies what they have added
    /// (`GPT2Geometry.outputBeginsEmbedded`).
    ///
    /// - Parameter circuit: that of the exported model; edges and nodes keep their scores.
    public func graph(_ circuit: CircuitGraph) -> CircuitGraph {
        var graph = CircuitGraph(circuitShape)
        func mark(_ edge: CircuitEdge, _ mark: CircuitGraph.Mark) {
            graph[edge] = mark
            for node in [edge.writer, edge.reader.node] where circuit.shape.has(node) { graph[node] = circuit[node] }
        }
        for edge in circuit.circuit {
            let isCopied =
                edge.writer == .input
                || geometry.outputBeginsEmbedded && edge.writer.layer == 0 && edge.writer != .mlp(layer: 0)
            guard edge.reader == .logits, isCopied else {
                mark(edge, circuit[edge])
                continue
            }
            mark(CircuitEdge(edge.writer, .mlp(layer: 0)), circuit[edge])
            mark(CircuitEdge(.mlp(layer: 0), .logits), circuit[edge])
            graph[.mlp(layer: 0)] = CircuitGraph.Mark(isInGraph: true, score: circuit[edge].score)
        }
        return graph
    }
}
