import LanguageModels
import TensorCore

/// L_decoys: what heads outside the circuit give out, beside the variables of the program that they are to say and that
/// nothing reads.
///
/// A softmax cross-entropy over the values of each decoy's variable, or a squared error in units of its largest number;
/// each is a mean over the task's tokens, and they are summed. The weight is that of the alignment, whose kin it is.
package struct DecoyLoss: InjectionTerm {
    package static let column = LossColumn(
        name: "decoys", legend: "decoys", quantity: "decoys", isAlwaysReported: false)
    package let weight: Float
    package let needs: Set<TrainingBatch.Part> = [.compiledValues]
    private let decoys: [DecoyHead]
    private let variables: AlignedVariables

    package init?(_ setup: LossSetup) {
        guard !setup.decoys.isEmpty, setup.settings.loss.alg > 0 else { return nil }
        (decoys, variables, weight) = (setup.decoys, setup.variables, Float(setup.settings.loss.alg))
    }

    package var observed: [HookPoint] { decoys.map(\.point) }

    /// The task's tokens.
    package func normalizer(of batch: TrainingBatch) -> Float { Float(batch.taskRows.count) }

    package func roots(_ tape: Tape, _ pass: StudentPass, scale: Float) -> [Variable] {
        guard let targets = pass.batch.targets else { return [] }
        let rows = pass.batch.taskRows.map { Int32($0) }
        return decoys.compactMap { decoy in
            guard let output = pass.observed[decoy.point] else { return nil }
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
