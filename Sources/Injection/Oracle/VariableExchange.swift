import Basics
import LanguageModels
import TensorCore

/// Interchange intervention training (Geiger et al. 2022): between task examples the subspace of one variable is
/// exchanged, in the student as in the compiled model. What the compiled model then holds is what the student is
/// aligned with, and what it then outputs is the answer that the student is trained on.
///
/// Examples as they come cannot tell apart what always occurs together (a sum's last digit and its carry, say); after
/// an exchange the student has to read each variable where it lies.
package struct VariableExchange: Sendable {
    /// Whose values a sequence gets.
    package struct Partner: Sendable {
        package var sequence: Int
        /// Token p of the one gets the values of token p + offset of the other, where there is such a token.
        package var offset: Int

        package init(sequence: Int, offset: Int) { (self.sequence, self.offset) = (sequence, offset) }
    }

    package let variable: VariableLayout.Entry
    /// The compiled state in which it is exchanged, and the student's layer that carries it.
    package let state: Int
    package let layer: Int
    /// By sequence of the batch.
    package let partners: [Int: Partner]

    package init(variable: VariableLayout.Entry, state: Int, layer: Int, partners: [Int: Partner]) {
        (self.variable, self.state, self.layer, self.partners) = (variable, state, layer, partners)
    }

    /// For each row of the packed batch the row that it gets the subspace of; -1 where there is none, and before the
    /// prompts.
    package func sources(_ batch: PackedBatch, contexts: [Int]) -> [Int32] {
        var sources = [Int32](repeating: -1, count: batch.tokens.count)
        for (sequence, partner) in partners {
            let others = batch.rows(partner.sequence)
            for row in batch.rows(sequence).dropFirst(contexts[sequence]) {
                let other = row - batch.starts[sequence] + partner.offset + others.lowerBound
                if others.contains(other) { sources[row] = Int32(other) }
            }
        }
        return sources
    }

    /// The hook on the student's residual state `layer`, in the row space of the variable's rows of the map, without
    /// gradient through that.
    ///
    /// - Parameter contexts: tokens before each sequence's prompt, which are not exchanged.
    package func hook(projection: Projection, batch: PackedBatch, contexts: [Int]) throws -> Hooks.Hook {
        let basis = try projection.subspace(of: [variable.rows])
        let sources = sources(batch, contexts: contexts)
        return { tape, hidden in tape.interchange(hidden, basis: basis, sources: sources) }
    }
}

/// Chooses what is exchanged at each step.
package struct ExchangeSource: Sendable {
    package let layout: VariableLayout
    /// The student's layers that carry the compiled states.
    package let layers: [Int]
    package let pairs: Int
    package let seed: Int
    /// A variable, and a state that holds it and that a later layer reads it from: elsewhere nothing would follow.
    private let places: [(variable: VariableLayout.Entry, state: Int)]

    package init(layout: VariableLayout, layers: [Int], pairs: Int, seed: Int) {
        (self.layout, self.layers, self.pairs, self.seed) = (layout, layers, pairs, seed)
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
        var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)), stream: "exchange/\(position)")
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
        return VariableExchange(variable: variable, state: state, layer: layers[state], partners: partners)
    }
}
