import InjectionSettings
import LanguageModels
import Ranks
import Synchronization
import TensorCore
import TrainingEngine

/// Loss and gradients of a step: forward and backward pass of each shard, several at a time, then the sum over all of
/// them, those of other ranks among them.
package struct ShardedGradient {
    /// One for each shard of this rank.
    package let arenas: [Arena]
    private let recomputations: [Arena?]
    private let lanes: Int
    private let student: any LanguageModel
    private let projection: Projection
    private let precision: NumberFormat
    private let ranks: Communicator
    /// The parameters of each layer of the student.
    private let sections: [Range<Int>]
    /// Of the student's gradients and of the map's over the ranks.
    package let sums: [GradientSum]

    /// - Parameter activations: the bytes that the activations of this rank's part of a step are planned to take.
    package init(
        _ settings: Settings, student: any LanguageModel, projection: Projection, division: StepDivision,
        activations: Int = 0, ranks: Communicator = .alone
    ) {
        arenas = division.own.map { _ in Arena(reserving: activations / division.own.count) }
        recomputations = (0..<division.lanes).map { _ in settings.memory.recompute ? Arena() : nil }
        (self.student, self.projection, self.ranks, lanes) = (student, projection, ranks, division.lanes)
        precision = settings.precision.ofProducts
        sections = student.sections
        student.parameters.reserve(shards: lanes)
        projection.store.reserve(shards: lanes)
        let options = GradientSum.Options(settings.optimizer)
        sums = [
            GradientSum(student.parameters, sections: sections, ranks: ranks, options: options),
            // The map is small.
            GradientSum(projection.store, ranks: ranks, options: GradientSum.Options()),
        ]
    }

    /// Leaves the gradients in the stores of student and map, summed over all ranks.
    ///
    /// - Returns: the loss over all shards of all ranks.
    /// - Throws: what the loss throws; `PeerFailure` where another rank is gone.
    package func callAsFunction(
        _ loss: InjectionLoss, _ batches: [TrainingBatch], originalHead: Tensor?
    ) throws -> LossValue {
        precondition(batches.count == arenas.count, "one batch a shard")
        // Every shard divides by what all of them have together.
        let normalizers = try ranks.sum(batches.map(loss.normalizers))
        let passed = Mutex([Int](repeating: 0, count: sections.count))
        let values = try Parallel.map(Array(0..<lanes)) { lane -> [(parts: Metrics, total: Float)] in
            let own = Parallel.range(of: lane, pieces: lanes, count: batches.count)
            return try own.map { shard in
                let tape = Tape(
                    arena: arenas[shard], recomputation: recomputations[lane], precision: precision, shard: lane)
                if !ranks.isAlone, shard == own.last {
                    tape.sectionPlayedBack = { section in
                        let isLast = passed.withLock { passed in
                            passed[section] += 1
                            return passed[section] == lanes
                        }
                        if isLast { handOver(section) }
                    }
                }
                let value = try loss(
                    tape, student: student, originalHead: originalHead, batch: batches[shard], normalizers: normalizers)
                tape.backward(from: value.roots)
                return (value.parts, value.total)
            }
        }.flatMap(\.self)
        var sum = LossValue(parts: values[0].parts, total: values[0].total)
        for value in values.dropFirst() { sum.add(LossValue(parts: value.parts, total: value.total)) }
        student.parameters.combineShards()
        projection.store.combineShards()
        for sum in sums { try sum.finish() }
        return try ranks.sum(sum)
    }

    /// Sends a layer's gradients off while those of earlier layers are computed.
    private func handOver(_ section: Int) {
        student.parameters.combineShards(of: sections[section])
        sums[0].handOver(section)
    }
}
