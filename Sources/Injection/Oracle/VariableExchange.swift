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
    /// The first token of a sequence that takes part.
    package let firstToken: Int

    package init(
        variable: VariableLayout.Entry, state: Int, layer: Int, partners: [Int: Partner], firstToken: Int = 0
    ) {
        (self.variable, self.state, self.layer, self.partners) = (variable, state, layer, partners)
        self.firstToken = firstToken
    }

    /// The tokens of a sequence that get values of the partner's.
    ///
    /// - Parameters:
    ///   - context: how many tokens stand before its prompt.
    ///   - count: how many tokens it has.
    package func positions(from partner: Partner, context: Int, count: Int) -> Range<Int> {
        min(max(context, firstToken, firstToken - partner.offset), count)..<count
    }

    /// For each row of the packed batch the row that it gets the subspace of; -1 where there is none, and before the
    /// prompts.
    package func sources(_ batch: PackedBatch, contexts: [Int]) -> [Int32] {
        var sources = [Int32](repeating: -1, count: batch.tokens.count)
        for (sequence, partner) in partners {
            let others = batch.rows(partner.sequence)
            let positions = positions(
                from: partner, context: contexts[sequence], count: batch.rows(sequence).count)
            for position in positions {
                let other = position + partner.offset + others.lowerBound
                if others.contains(other) { sources[batch.starts[sequence] + position] = Int32(other) }
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
