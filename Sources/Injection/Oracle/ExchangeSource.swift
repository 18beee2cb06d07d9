import Basics

/// Chooses what is exchanged at each step.
package struct ExchangeSource: Sendable {
    package let layout: VariableLayout
    /// The student's layers that carry the compiled states.
    package let layers: [Int]
    package let pairs: Int
    package let seed: Int
    /// The first token of a sequence that takes part.
    private let firstToken: Int
    /// A variable, and a state that holds it and that a later layer reads it from: elsewhere nothing would follow.
    private let places: [(variable: VariableLayout.Entry, state: Int)]

    package init(layout: VariableLayout, layers: [Int], pairs: Int, seed: Int, firstToken: Int = 0) {
        (self.layout, self.layers, self.pairs, self.seed) = (layout, layers, pairs, seed)
        self.firstToken = firstToken
        places = layout.variables.filter { $0.writtenByLayer < $0.readByLayer }.flatMap { variable in
            (variable.writtenByLayer..<variable.readByLayer).map { (variable, $0) }
        }
    }

    /// A variable, one of the states from which it is read, and pairs of sequences; ends of prompts lie over ends of
    /// prompts.
    ///
    /// - Parameters:
    ///   - promptCounts: tokens of each task sequence up to its prompt's end.
    ///   - position: of the step in the run; the same choice whenever it is asked for.
    ///   - shard: which of how many parts of the step these are; all exchange the same variable.
    /// - Returns: nil where there is nothing to exchange.
    package func exchange(
        promptCounts: [Int], at position: Int, shard: Int = 0, of shards: Int = 1
    ) -> VariableExchange? {
        let pairs = pairs / shards + (shard < pairs % shards ? 1 : 0)
        var random = SeededRandom(seed: seed, stream: "exchange/\(position)")
        guard pairs > 0, promptCounts.count > 1, !places.isEmpty else { return nil }
        let (variable, state) = random.pick(places)
        var order = Array(promptCounts.indices)
        random.shuffle(&order)
        var partners: [Int: VariableExchange.Partner] = [:]
        for pair in 0..<min(pairs, order.count / 2) {
            let (a, b) = (order[2 * pair], order[2 * pair + 1])
            partners[a] = VariableExchange.Partner(sequence: b, offset: promptCounts[b] - promptCounts[a])
            partners[b] = VariableExchange.Partner(sequence: a, offset: promptCounts[a] - promptCounts[b])
        }
        return VariableExchange(
            variable: variable, state: state, layer: layers[state], partners: partners, firstToken: firstToken)
    }
}
