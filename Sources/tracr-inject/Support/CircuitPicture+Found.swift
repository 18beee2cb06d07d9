import Circuits
import Foundation
import Pictures

extension CircuitPicture {
    /// What a method has found: the circuit, where it cuts one out, else the edges (or components) with the scores of the
    /// largest magnitudes. Edges that speak against the answer are dashed.
    ///
    /// - Parameter most: how many edges (or components) are drawn at most.
    init(foundBy method: String, in subject: String, _ graph: CircuitGraph, level: CircuitLevel, most: Int) {
        let isCut = !graph.circuit.isEmpty
        func largest<Item>(_ items: [Item], _ score: (Item) -> Double?) -> [Item] {
            let scored = items.enumerated().compactMap { offset, item -> (item: Item, score: Double, offset: Int)? in
                score(item).map { (item: item, score: $0, offset: offset) }
            }
            // What rounding leaves of an edge that carries nothing is no finding.
            let least = 1e-6 * (scored.map { abs($0.score) }.max() ?? 0)
            return scored.filter { isCut || abs($0.score) > least }.sorted {
                (-abs($0.score), $0.offset) < (-abs($1.score), $1.offset)
            }.prefix(most).map(\.item)
        }
        func label(_ score: Double?) -> [Label] { score.map { [Label(String(format: "%.3g", $0))] } ?? [] }

        let what: String
        switch level {
        case .edge:
            let edges = largest(isCut ? graph.circuit : graph.edges) { graph[$0].score ?? (isCut ? 0 : nil) }
            var drawn = CircuitGraph(graph.shape, circuit: edges)
            let unit = edges.compactMap { graph[$0].score.map(abs) }.max() ?? 0
            for edge in edges { drawn[edge].score = graph[edge].score.map { unit > 0 ? $0 / unit : 0 } }
            what =
                isCut && edges.count == graph.circuit.count
                ? "\(edges.count) edges" : "\(edges.count) of \(isCut ? graph.circuit.count : graph.edges.count) edges"
            self.init(
                title: "\(subject): \(what) by \(method)", graph: drawn,
                labels: Dictionary(uniqueKeysWithValues: edges.map { ($0, label(graph[$0].score)) }),
                wrong: Set(edges.filter { (graph[$0].score ?? 0) < 0 }))
        case .node:
            let nodes = largest(graph.nodes) { graph[$0].score }
            var drawn = CircuitGraph(graph.shape)
            for node in nodes { drawn[node].isInGraph = true }
            what = "\(nodes.count) of \(graph.nodes.count) components"
            self.init(
                title: "\(subject): \(what) by \(method)", graph: drawn,
                notes: Dictionary(uniqueKeysWithValues: nodes.map { ($0, label(graph[$0].score)) }))
        }
    }
}
