import Circuits
import Foundation
import Pictures

extension CircuitPicture {
    /// What a method has found: the circuit, where it cuts one out, else the edges (or components) with the scores of the
    /// largest magnitudes. Edges that speak against the answer are dashed.
    ///
    /// - Parameter most: how many edges (or components) are drawn at most.
    init(foundBy method: String, in subject: String, _ graph: CircuitGraph, level: CircuitLevel, most: Int) {
        func label(_ score: Double) -> [Label] { [Label(String(format: "%.3g", score))] }
        // What rounding leaves of an edge that carries nothing is no finding.
        let leastShare = 1e-6

        switch level {
        case .edge:
            let isCut = !graph.circuit.isEmpty
            let ranked = graph.rankedEdges
            let largest = abs(ranked.first?.score ?? 0)
            let found = ranked.filter {
                isCut ? graph[$0.edge].isInGraph : abs($0.score) > leastShare * largest
            }.prefix(most)
            let all = isCut ? graph.circuit.count : graph.edges.count
            var drawn = CircuitGraph(graph.shape, circuit: found.map(\.edge))
            let unit = abs(found.first?.score ?? 0)
            for (edge, score) in found { drawn[edge].score = unit > 0 ? score / unit : 0 }
            let what = isCut && found.count == all ? "\(all) edges" : "\(found.count) of \(all) edges"
            self.init(
                title: "\(subject): \(what) by \(method)", graph: drawn,
                labels: Dictionary(uniqueKeysWithValues: found.map { ($0.edge, label($0.score)) }),
                wrong: Set(found.filter { $0.score < 0 }.map(\.edge)))
        case .node:
            let ranked = graph.rankedNodes
            let largest = abs(ranked.first?.score ?? 0)
            let found = ranked.filter { abs($0.score) > leastShare * largest }.prefix(most)
            var drawn = CircuitGraph(graph.shape)
            for (node, _) in found { drawn[node].isInGraph = true }
            self.init(
                title: "\(subject): \(found.count) of \(graph.nodes.count) components by \(method)", graph: drawn,
                notes: Dictionary(uniqueKeysWithValues: found.map { ($0.node, label($0.score)) }))
        }
    }
}
