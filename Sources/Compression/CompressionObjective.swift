import Compiler
import RASP
import TensorCore

/// What W is trained for, after Lindner et al.: the states, and the output.
struct CompressionObjective {
    let model: CompiledModel
    let weights: DenseWeights
    /// Logits are the output's directions times this: a clean one-hot then has a cross-entropy near 0.
    static let outputScale: Float = 10

    init(_ model: CompiledModel, _ weights: DenseWeights) {
        self.model = model
        self.weights = weights
    }

    /// Scalars whose sum is the loss.
    func loss(_ tape: Tape, _ batch: StreamBatch, projection: Variable) -> [Variable] {
        let states = weights.states(tape, embedding: batch.states[0], projection: projection, starts: batch.starts)
        let scale = 1 / Float(batch.states[0].rows * states.count)
        var terms = zip(states, batch.states).map { state, original in
            squaredDifference(tape, tape.linear(state, weight: projection, transposed: true), original, scale: scale)
        }
        if let last = states.last, let original = batch.states.last {
            terms.append(outputLoss(tape, last, original, projection, batch))
        }
        return terms
    }

    private func squaredDifference(_ tape: Tape, _ x: Variable, _ target: Tensor, scale: Float) -> Variable {
        let difference = tape.subtract(x, tape.constant(target))
        return tape.scale(tape.sum(tape.multiply(difference, difference)), by: scale)
    }

    private func outputLoss(
        _ tape: Tape, _ state: Variable, _ original: Tensor, _ projection: Variable, _ batch: StreamBatch
    ) -> Variable {
        let directions = model.outputVariable.directions
        let read = tape.linear(state, weight: tape.gatherRows(projection, rows: directions.map(Int32.init)), transposed: true)
        let scale = 1 / Float(original.rows)
        guard case .categorical = model.outputVariable.encoding else {
            let target = Tensor(zeros: [original.rows, directions.count])
            for row in 0..<original.rows {
                for (column, direction) in directions.enumerated() { target[row, column] = original[row, direction] }
            }
            return squaredDifference(tape, read, target, scale: scale)
        }
        // BOS has no output, and the undefined no direction.
        var targets = [Int32](repeating: -1, count: original.rows)
        batch.forEachPosition { _, _, row in
            if let value = directions.firstIndex(where: { original[row, $0] > 0.5 }) { targets[row] = Int32(value) }
        }
        return tape.groupedCrossEntropy(
            tape.scale(read, by: Self.outputScale), groups: [0..<directions.count], targets: targets, scale: scale)
    }
}
