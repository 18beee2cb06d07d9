import Circuits

/// What has a score, the largest magnitudes first; of equal ones as the model has them.
extension CircuitGraph {
    var rankedEdges: [(edge: CircuitEdge, score: Double)] {
        Self.ranked(edges) { self[$0].score }.map { (edge: $0, score: $1) }
    }

    var rankedNodes: [(node: CircuitNode, score: Double)] {
        Self.ranked(nodes) { self[$0].score }.map { (node: $0, score: $1) }
    }

    private static func ranked<Item>(_ items: [Item], score: (Item) -> Double?) -> [(Item, Double)] {
        let scored = items.compactMap { item in score(item).map { (item, $0) } }
        return scored.enumerated().sorted { (-abs($0.1.1), $0.0) < (-abs($1.1.1), $1.0) }.map(\.1)
    }
}
