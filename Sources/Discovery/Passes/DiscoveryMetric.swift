import LanguageModels
import TensorCore

/// What a change is measured by, at the last position. Both are losses: they grow where the answer gets worse.
public enum DiscoveryMetric: String, Sendable, CaseIterable {
    /// Minus (the logit of the correct answer less that of the incorrect one).
    case logitDifference = "logit-difference"
    /// KL(clean || changed) of the next token's distribution, in nats.
    case kl
}

/// A metric for the pairs of one batch.
struct BatchMetric {
    private let metric: DiscoveryMetric
    private let head: Tensor
    /// What the metric compares with, [P, D]: for the logit difference, head rows of the incorrect less the correct
    /// answer; for KL, the final activations of the clean prompts.
    private let reference: Tensor

    /// - Parameter clean: Final activations of the clean prompts' last rows, [P, D], which must outlive the metric.
    init(_ metric: DiscoveryMetric, _ batch: PairBatch, _ model: any LanguageModel, clean: Tensor) {
        self.metric = metric
        head = model.head.value
        switch metric {
        case .kl: reference = clean
        case .logitDifference:
            reference = Tensor(zeros: [batch.pairs.count, head.columns])
            for (row, pair) in batch.pairs.enumerated() {
                for column in 0..<head.columns {
                    reference[row, column] = head[Int(pair.incorrect), column] - head[Int(pair.correct), column]
                }
            }
        }
    }

    /// The sum over the batch's pairs, from which a backward pass starts.
    ///
    /// - Parameter final: [P, D], after the last norm.
    func loss(_ tape: Tape, _ final: Variable) -> Variable {
        switch metric {
        case .logitDifference: tape.sum(tape.multiply(final, tape.constant(reference)))
        case .kl:
            tape.klDivergence(
                final, head: tape.constant(head), teacherHidden: reference, teacherHead: head, scale: 1)
        }
    }

    /// The same for several copies of the batch, [copies P, D].
    func losses(_ tape: Tape, _ final: Tensor) -> [Double] {
        let pairs = reference.rows
        return (0..<final.rows / pairs).map { copy in
            Double(loss(tape, tape.constant(final.rows(copy * pairs..<(copy + 1) * pairs))).value.scalar)
        }
    }
}
