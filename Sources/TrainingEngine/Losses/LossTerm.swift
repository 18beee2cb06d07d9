import TensorCore

/// One term of the loss that a model is trained with:
///
///     L = sum over the terms of  weight * (sum of the term over the batch) / normalizer
///
/// A training has a list of terms (`LossSum`). The loop, the log, the progress line and the check for divergence
/// know that list and no single term, so that a new loss is a new conformer and nothing else.
package protocol LossTerm<Batch, Pass> {
    /// What one step is fed with. It is known before the forward pass.
    associatedtype Batch: LossBatch
    /// What the forward pass of one step left for the terms to read.
    associatedtype Pass

    /// The key of the term's value in `metrics.jsonl`, and its name in messages.
    var name: String { get }
    /// The term's factor in the loss, above 0.
    var weight: Float { get }
    /// The share of that weight which counts at this batch, above 0: the term's course over a training.
    func weightShare(at batch: Batch) -> Float

    /// What of a batch the term compares the model with, beside what every batch has.
    var needs: Set<Batch.Part> { get }

    /// How much of a batch the term counts: supervised tokens, aligned positions, texts.
    ///
    /// Both the sum of a term and its normalizer add up over the parts of a batch. Where a batch is spread over
    /// several processes, the normalizers are summed over all of them before the forward pass, and losses and
    /// gradients afterwards; no process divides by what it has alone.
    func normalizer(of batch: Batch) -> Float

    /// Records the term on the tape.
    ///
    /// - Parameter scale: multiplies the sum over the batch: the weight divided by the normalizer.
    /// - Returns: scalars, whose sum is the weighted term; none where the batch has nothing for the term.
    func roots(_ tape: Tape, _ pass: Pass, scale: Float) -> [Variable]
}

extension LossTerm {
    package func weightShare(at batch: Batch) -> Float { 1 }
}

/// What one step of a training is fed with.
package protocol LossBatch {
    /// Parts of a batch that are made only where a term needs them.
    associatedtype Part: Hashable = Never
}
