import InjectionSettings
import LanguageModels
import RASP
import TensorCore
import TrainingEngine

/// L_ALG: how far the student's residual stream, through the linear map, is from the compiled model's.
///
/// * cosine (the paper): (1/k) sum over i = 0 ... k of (1 - cos(h_mapped^i, h_compiled^i)), averaged over token
///   positions; the authors' program takes the sum without 1/k.
/// * per variable: a softmax cross-entropy over each categorical variable's directions, and a squared error, in units
///   of its largest value, for each numerical one. A variable is aligned at the state where the compiled model writes
///   it and at the last state, where everything is decoded. Each is a mean over token positions; they are summed, and
///   divided by k under `mean`.
package struct AlignmentLoss: InjectionTerm {
    package static let column = LossColumn(name: "alg", legend: "alignment", quantity: "alignment")
    package let weight: Float
    package let needs: Set<TrainingBatch.Part>
    private let variables: AlignedVariables
    private let kind: Settings.Alignment.Kind
    private let reduction: Settings.Loss.Reduction
    /// The student's residual state that carries compiled state i.
    private let layers: [Int]
    /// Weight of the positions that predict the answer.
    private let answerWeight: Float
    /// The first token of a text that is aligned.
    private let firstToken: Int

    package init?(_ setup: LossSetup) {
        guard setup.settings.aligns, let layers = setup.layers else { return nil }
        (variables, self.layers) = (setup.variables, layers)
        weight = Float(setup.settings.loss.alg)
        let settings = setup.settings.alignment
        (kind, reduction, answerWeight) = (settings.kind, settings.reduction, Float(settings.answerWeight))
        firstToken = setup.settings.firstToken
        needs = kind == .cosine ? [.compiledStates] : [.compiledValues]
    }

    /// The weights of all aligned rows together.
    package func normalizer(of batch: TrainingBatch) -> Float { rowWeights(batch).reduce(0, +) }

    private func rowWeights(_ batch: TrainingBatch) -> [Float] {
        var weights = batch.isAnswer.map { $0 ? answerWeight : 1 }
        for sequence in 0..<batch.taskSequences {
            for row in batch.packed.rows(sequence).prefix(firstToken) { weights[row] = 0 }
        }
        return weights
    }

    package func roots(_ tape: Tape, _ pass: StudentPass, scale: Float) -> [Variable] {
        guard let targets = pass.batch.targets else { return [] }
        let weights = rowWeights(pass.batch)
        let scale = scale * (reduction == .mean ? 1 / Float(max(variables.layout.layers, 1)) : 1)
        let gathered = pass.batch.taskRows.map { Int32($0) }
        return layers.enumerated().flatMap { state, layer -> [Variable] in
            if kind == .perVariable && aligned(at: state).isEmpty { return [] }
            let hidden = tape.gatherRows(pass.activations.residual[layer], rows: gathered)
            if kind == .perVariable, !pass.projection.subspaces.isEmpty {
                let coordinates = pass.projection.coordinates(tape, hidden)
                return aligned(at: state).flatMap { entry in
                    variable(
                        entry, tape, pass.projection.read(tape, coordinates, rows: entry.rows), state: state,
                        targets: targets, weights: weights, scale: scale)
                }
            }
            let mapped = pass.projection.map(tape, hidden)
            switch kind {
            case .cosine:
                return [
                    tape.cosineAlignment(
                        mapped, target: targets.states[state], rowWeights: weights, scale: scale)
                ]
            case .perVariable:
                return perVariable(
                    tape, mapped, state: state, targets: targets, weights: weights, scale: scale)
            }
        }
    }

    /// The variables that are aligned at a state.
    private func aligned(at state: Int) -> [VariableLayout.Entry] {
        variables.layout.variables.filter {
            $0.writtenByLayer == state || (state == variables.layout.layers && $0.writtenByLayer <= state)
        }
    }

    /// One variable, read from its own subspace: [N, rows of the variable].
    private func variable(
        _ entry: VariableLayout.Entry, _ tape: Tape, _ read: Variable, state: Int, targets: AlignmentTargets,
        weights: [Float], scale: Float
    ) -> [Variable] {
        if let index = variables.categorical.firstIndex(where: { $0.rows == entry.rows }) {
            let labels = every(variables.categorical.count, of: targets.labels(at: state), from: index)
            return [
                tape.groupedCrossEntropy(
                    read, groups: [0..<entry.rows.count], targets: labels, rowWeights: weights, scale: scale)
            ]
        }
        let numbers = targets.numbers(at: state)
        return variables.numerical.enumerated().filter { entry.rows.contains($0.element.row) }.map { index, column in
            tape.squaredError(
                read, columns: [column.row - entry.rows.lowerBound],
                targets: every(variables.numerical.count, of: numbers, from: index), units: [column.unit],
                rowWeights: weights, scale: scale)
        }
    }

    /// A column of values that stand row by row.
    private func every<Value>(_ count: Int, of values: [Value], from first: Int) -> [Value] {
        stride(from: first, to: values.count, by: count).map { values[$0] }
    }

    private func perVariable(
        _ tape: Tape, _ mapped: Variable, state: Int, targets: AlignmentTargets, weights: [Float], scale: Float
    ) -> [Variable] {
        let live = Set(aligned(at: state).map(\.rows.lowerBound))
        var losses: [Variable] = []
        let categorical = variables.categorical
        let groupWeights = categorical.map { live.contains($0.rows.lowerBound) ? Float(1) : 0 }
        if groupWeights.contains(1) {
            losses.append(
                tape.groupedCrossEntropy(
                    mapped, groups: categorical.map(\.rows), targets: targets.labels(at: state),
                    weights: groupWeights, rowWeights: weights, scale: scale))
        }
        let numerical = variables.numerical
        let isLive = numerical.map { live.contains($0.entry.rows.lowerBound) }
        if isLive.contains(true) {
            let values = targets.numbers(at: state)
            let numbers = values.indices.map { isLive[$0 % numerical.count] ? values[$0] : .nan }
            losses.append(
                tape.squaredError(
                    mapped, columns: numerical.map(\.row), targets: numbers, units: numerical.map(\.unit),
                    rowWeights: weights, scale: scale))
        }
        return losses
    }
}
