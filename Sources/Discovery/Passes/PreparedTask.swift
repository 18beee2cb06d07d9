import Circuits
import LanguageModels
import Synchronization
import TensorCore

/// A model and pairs, cut into batches, with how components are replaced and what is measured: what methods work on.
public struct PreparedTask: Sendable {
    let model: CircuitModel
    let batches: [PairBatch]
    let ablation: Ablation
    let metric: DiscoveryMetric
    /// For mean ablation.
    let means: MeanOutputs?
    private let report: @Sendable (_ done: Int, _ total: Int) throws -> Void

    var pairCount: Int { batches.reduce(0) { $0 + $1.pairs.count } }

    /// - Parameters:
    ///   - model: Any; gradients of its weights are not computed.
    ///   - pairs: At least one, whose prompts fit the model's context and whose tokens are in its vocabulary.
    ///   - precision: Of the matrix products.
    ///   - ablation: What takes the place of a component's output.
    ///   - metric: What changes are measured by.
    ///   - report: Is told how much work is done, from one thread at a time; what it throws ends the work.
    public init(
        _ model: any LanguageModel, pairs: [PromptPair], precision: NumberFormat = .fp32, ablation: Ablation = .patch,
        metric: DiscoveryMetric = .logitDifference,
        report: @escaping @Sendable (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) {
        precondition(!pairs.isEmpty, "no pairs")
        self.model = CircuitModel(model, precision: precision)
        // Of a batch, every writer's output is held about four times.
        let bytesPerRow = 4 * MemoryLayout<Float>.stride * self.model.writers.count * self.model.width
        batches = PairBatch.batches(of: pairs, rows: min(1024, max(64, (768 << 20) / bytesPerRow)))
        (self.ablation, self.metric, self.report) = (ablation, metric, report)
        means = ablation == .mean ? MeanOutputs(self.model, batches: batches) : nil
    }

    /// A graph in which nothing has a score.
    var emptyGraph: CircuitGraph { CircuitGraph(model.shape) }

    /// Counts pieces of work that may end on several threads.
    func meter(_ total: Int) -> WorkMeter { WorkMeter(total: total, report: report) }
}

/// How much of some work is done.
final class WorkMeter: Sendable {
    private let total: Int
    private let report: @Sendable (Int, Int) throws -> Void
    private let done = Mutex(0)

    fileprivate init(total: Int, report: @escaping @Sendable (Int, Int) throws -> Void) {
        (self.total, self.report) = (total, report)
    }

    func advance() throws {
        try done.withLock { done in
            done += 1
            try report(done, total)
        }
    }
}
