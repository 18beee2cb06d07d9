import Basics
import LanguageModels
import TensorCore

/// Heads outside the circuit that are trained to give out variables of the program, which nothing reads.
///
/// What a decoy's output says is fixed before training: each value of its variable has a random direction, and the value
/// is the one whose direction the output is longest along; a number is the output's length along one direction.
package struct DecoyHeads: Sendable {
    package struct Decoy: Sendable {
        package let point: HookPoint
        package let entry: VariableLayout.Entry
        /// The compiled state that the head's layer reads, counted as the states that exchanges happen in.
        package let state: Int
        /// One row of unit length for each value, or one for a number, [values, D].
        package let codes: Tensor

        package init(point: HookPoint, entry: VariableLayout.Entry, state: Int, width: Int, seed: Int) {
            (self.point, self.entry, self.state) = (point, entry, state)
            var random = SeededRandom(seed: seed, stream: "decoy/\(point.transformerLens)")
            codes = Tensor(zeros: [entry.isCategorical ? entry.rows.count : 1, width])
            random.fillNormal(codes.buffer)
            for row in 0..<codes.rows {
                let values = UnsafeMutableBufferPointer(start: codes.row(row), count: width)
                let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                for index in values.indices { values[index] /= length }
            }
        }
    }

    /// The name of what decoys add to the loss.
    package static let column = "decoys"

    package let decoys: [Decoy]
    private let variables: AlignedVariables
    private let weight: Float

    package init(_ decoys: [Decoy], variables: AlignedVariables, weight: Double) {
        (self.decoys, self.variables, self.weight) = (decoys, variables, Float(weight))
    }

    /// What the heads give out in one pass.
    final class Outputs {
        fileprivate var all: [Int: Variable] = [:]
    }

    func observe(_ hooks: inout Hooks) -> Outputs {
        let outputs = Outputs()
        for (number, decoy) in decoys.enumerated() {
            hooks.observe(at: decoy.point) { outputs.all[number] = $0 }
        }
        return outputs
    }

    /// - Parameter normalizer: the task rows of the step.
    /// - Returns: a softmax cross-entropy over the values of each decoy's variable, or a squared error in units of its
    ///   largest number, as a mean over rows.
    func roots(_ tape: Tape, _ outputs: Outputs, _ batch: TrainingBatch, normalizer: Float) -> [Variable] {
        guard let targets = batch.targets else { return [] }
        let rows = batch.taskRows.map { Int32($0) }
        let scale = weight / max(normalizer, 1)
        return decoys.enumerated().compactMap { number, decoy in
            guard let output = outputs.all[number] else { return nil }
            let read = tape.linear(
                tape.gatherRows(output, rows: rows), weight: tape.constant(decoy.codes), transposed: true)
            // An exchange in the state that the head reads is one that it sees.
            let (labels, numbers) = (targets.labels(at: decoy.state + 1), targets.numbers(at: decoy.state + 1))
            if let index = variables.categorical.firstIndex(where: { $0.rows == decoy.entry.rows }) {
                let own = stride(from: index, to: labels.count, by: variables.categorical.count).map { labels[$0] }
                return tape.groupedCrossEntropy(
                    read, groups: [0..<decoy.codes.rows], targets: own, scale: scale)
            }
            guard let index = variables.numerical.firstIndex(where: { $0.row == decoy.entry.rows.lowerBound }) else {
                return nil
            }
            let own = stride(from: index, to: numbers.count, by: variables.numerical.count).map { numbers[$0] }
            return tape.squaredError(
                read, columns: [0], targets: own, units: [variables.numerical[index].unit], scale: scale)
        }
    }
}
