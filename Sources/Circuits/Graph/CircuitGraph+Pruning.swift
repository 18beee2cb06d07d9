extension CircuitGraph {
    /// The circuit of the `count` edges with the highest scores, of which what does not lie on a way from the input to
    /// the logits is left out. Among equal scores, earlier edges come first.
    ///
    /// - Parameters:
    ///   - count: At most the number of edges.
    ///   - byMagnitude: Whether a score's sign does not count.
    public func circuit(ofBest count: Int, byMagnitude: Bool) -> CircuitGraph {
        let values = edges.map { self[$0].score ?? 0 }.map { byMagnitude ? abs($0) : $0 }
        let order = values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
        return circuit(ofEdges: order.prefix(count))
    }

    /// The circuit of all edges that leave the `count` nodes with the highest scores and lie on a way from the input to
    /// the logits. Nodes without a score belong to it.
    public func circuit(ofBestNodes count: Int, byMagnitude: Bool) -> CircuitGraph {
        let scored = nodes.dropLast().enumerated().compactMap { index, node in
            self[node].score.map { (index, node, $0) }
        }
        let order = scored.sorted { left, right in
            let values = (byMagnitude ? abs(left.2) : left.2, byMagnitude ? abs(right.2) : right.2)
            return (-values.0, left.0) < (-values.1, right.0)
        }
        let removed = Set(order.dropFirst(count).map(\.1))
        return circuit(ofEdges: edges.indices.filter { !removed.contains(edges[$0].writer) })
    }

    private func circuit(ofEdges included: some Sequence<Int>) -> CircuitGraph {
        var isIncluded = Array(repeating: false, count: edges.count)
        for edge in included { isIncluded[edge] = true }
        let kept = CircuitTopology(shape).pruned(isIncluded)
        return CircuitGraph(shape, circuit: edges.indices.lazy.filter { kept[$0] }.map { edges[$0] })
    }
}
