import LanguageModels

/// The mean of every writer's output over clean prompts, position by position: over all prompts that reach a position.
struct MeanOutputs: Sendable {
    /// [longest prompt][U D].
    private let means: [[Float]]

    init(_ model: CircuitModel, batches: [PairBatch]) {
        let size = model.writers.count * model.width
        var sums: [[Double]] = []
        var counts: [Int] = []
        for batch in batches {
            let outputs = WriterOutputs(model, rows: batch.rows, .init())
            model.run(batch.clean, into: outputs)
            for (row, position) in batch.clean.positions.enumerated() {
                let position = Int(position)
                while sums.count <= position {
                    sums.append(Array(repeating: 0, count: size))
                    counts.append(0)
                }
                counts[position] += 1
                for writer in model.writers.indices {
                    let values = outputs[writer].row(row)
                    for column in 0..<model.width {
                        sums[position][writer * model.width + column] += Double(values[column])
                    }
                }
            }
        }
        means = zip(sums, counts).map { sum, count in sum.map { Float($0 / Double(count)) } }
    }

    /// Writes the means of a batch's positions.
    func fill(_ outputs: WriterOutputs, for batch: PairBatch) {
        for (row, position) in batch.clean.positions.enumerated() {
            means[Int(position)].withUnsafeBufferPointer { mean in
                guard let mean = mean.baseAddress else { return }
                for writer in 0..<outputs.values.rows {
                    outputs[writer].row(row).update(from: mean + writer * outputs.width, count: outputs.width)
                }
            }
        }
    }
}
