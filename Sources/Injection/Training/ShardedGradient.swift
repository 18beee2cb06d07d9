import InjectionSettings
import LanguageModels
import TensorCore
import TrainingEngine

/// Loss and gradients of a step: forward and backward pass of each shard on a thread of its own, then the sum.
package struct ShardedGradient {
    /// One for each shard.
    package let arenas: [Arena]
    private let recomputations: [Arena?]
    private let student: any LanguageModel
    private let projection: Projection
    private let precision: NumberFormat

    /// - Parameter activations: the bytes that the activations of a step are planned to take.
    package init(
        _ settings: Settings, student: any LanguageModel, projection: Projection, shards: Int, activations: Int = 0
    ) {
        arenas = (0..<shards).map { _ in Arena(reserving: activations / shards) }
        recomputations = (0..<shards).map { _ in settings.memory.recompute ? Arena() : nil }
        (self.student, self.projection) = (student, projection)
        precision = settings.precision.ofProducts
        student.parameters.reserve(shards: shards)
        projection.store.reserve(shards: shards)
    }

    /// Leaves the gradients in the stores of student and map.
    ///
    /// - Throws: what the loss throws.
    package func callAsFunction(
        _ loss: InjectionLoss, _ batches: [TrainingBatch], originalHead: Tensor?
    ) throws -> LossValue {
        precondition(batches.count == arenas.count, "one batch a shard")
        // Every shard divides by what all of them have together.
        let normalizers = batches.map(loss.normalizers).reduce(into: [Float]()) { sums, own in
            sums = sums.isEmpty ? own : zip(sums, own).map { $0 + $1 }
        }
        let values = try Parallel.map(Array(batches.indices)) { shard -> (parts: Metrics, total: Float) in
            let tape = Tape(
                arena: arenas[shard], recomputation: recomputations[shard], precision: precision, shard: shard)
            let value = try loss(
                tape, student: student, originalHead: originalHead, batch: batches[shard], normalizers: normalizers)
            tape.backward(from: value.roots)
            return (value.parts, value.total)
        }
        var sum = LossValue(parts: values[0].parts, total: values[0].total)
        for value in values.dropFirst() { sum.add(LossValue(parts: value.parts, total: value.total)) }
        student.parameters.combineShards()
        projection.store.combineShards()
        return sum
    }
}
