import TensorCore

/// One batch of pairs, with what every writer adds for the clean prompts and what takes its place.
struct AblatedBatch {
    let batch: PairBatch
    let clean: WriterOutputs
    /// What takes the place of each output less that output: zero where nothing would change.
    let differences: WriterOutputs
    let metric: BatchMetric
    /// The metric of the clean prompts, summed over the pairs.
    let baseline: Double

    /// - Parameters:
    ///   - batch: The pairs.
    ///   - task: What is asked.
    ///   - arena: Where the outputs lie, which has to live as long.
    ///   - states: Is given the clean prompts' residual states.
    init(
        _ batch: PairBatch, _ task: PreparedTask, _ arena: Arena, states: (Int, Tensor) -> Void = { _, _ in }
    ) {
        let model = task.model
        self.batch = batch
        clean = WriterOutputs(model, rows: batch.rows, arena)
        differences = WriterOutputs(model, rows: batch.rows, arena)
        switch task.ablation {
        case .patch: model.run(batch.corrupted, into: differences)
        case .mean: task.means?.fill(differences, for: batch)
        case .zero: differences.values.fill(0)
        }
        let final = model.run(batch.clean, into: clean, states: states)
        for (place, value) in zip(differences.values.buffer.indices, clean.values.buffer) {
            differences.values.pointer[place] -= value
        }
        metric = BatchMetric(task.metric, batch, model.model, clean: final)
        baseline = metric.losses(model.tape(Arena()), final)[0]
    }

    /// What takes the place of a writer's output, [N, D].
    func ablated(_ writer: Int, _ arena: Arena) -> Tensor { clean(writer, plus: 1, arena) }

    /// A writer's output with a share of the way to what takes its place, [N, D].
    func clean(_ writer: Int, plus share: Float, _ arena: Arena) -> Tensor {
        let (from, way) = (clean[writer], differences[writer])
        let result = arena.tensor(from.shape)
        for index in 0..<result.count { result.pointer[index] = from.pointer[index] + share * way.pointer[index] }
        return result
    }
}
