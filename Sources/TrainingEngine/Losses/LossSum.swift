import TensorCore

/// The weighted sum of the terms of a loss.
package struct LossSum<Batch: LossBatch, Pass> {
    package let terms: [any LossTerm<Batch, Pass>]
    /// The names under which values are reported.
    private let columns: [String]

    /// - Parameter columns: the names to report, in this order; a name that no term has is reported as 0, so that
    ///   trainings with and without a term leave the same columns behind. nil: the names of the terms.
    package init(_ terms: [any LossTerm<Batch, Pass>], columns: [String]? = nil) {
        self.terms = terms
        self.columns = columns ?? terms.map(\.name)
        precondition(
            Set(self.columns).count == self.columns.count && terms.allSatisfy { self.columns.contains($0.name) },
            "every term has a column of its own")
        // What a term is worth by itself is its weighted sum divided by its weight.
        precondition(terms.allSatisfy { $0.weight > 0 }, "a term of weight 0 is left out")
    }

    /// What the terms need of a batch, all together.
    package var needs: Set<Batch.Part> { terms.reduce(into: []) { $0.formUnion($1.needs) } }

    /// What each term's sum is divided by, in the order of the terms.
    package func normalizers(of batch: Batch) -> [Float] { terms.map { $0.normalizer(of: batch) } }

    /// Records all terms on the tape.
    ///
    /// - Parameters:
    ///   - normalizers: those of the whole batch, of which the pass may have seen a part.
    ///   - batch: what says how much of its weight a term has at this step.
    package func callAsFunction(_ tape: Tape, _ pass: Pass, normalizers: [Float], batch: Batch) -> LossValue {
        precondition(normalizers.count == terms.count, "one normalizer a term")
        var value = LossValue(parts: Metrics(columns.map { ($0, 0) }))
        for (term, normalizer) in zip(terms, normalizers) {
            // Where a term counts nothing, its sum is 0 whatever it is divided by.
            let weight = term.weight * term.weightShare(at: batch)
            let roots = term.roots(tape, pass, scale: weight / (normalizer > 0 ? normalizer : 1))
            let part = roots.reduce(0) { $0 + $1.value.scalar } / weight
            value.roots += roots
            value.parts[term.name] = part
            value.total += weight * part
        }
        return value
    }
}

/// The loss on one batch.
package struct LossValue {
    /// The roots of the backward pass.
    package var roots: [Variable] = []
    /// What each term is worth by itself, its weight left out.
    package var parts: Metrics
    /// The weighted sum of the parts.
    package var total: Float = 0

    package init(parts: Metrics, total: Float = 0) { (self.parts, self.total) = (parts, total) }

    /// Adds the value on another part of the same batch, without its roots.
    package mutating func add(_ other: LossValue) {
        for (name, value) in other.parts.entries { parts[name] = (parts[name] ?? 0) + value }
        total += other.total
    }
}
