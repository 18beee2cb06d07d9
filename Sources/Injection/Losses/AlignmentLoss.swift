import LanguageModels
import InjectionSettings
import RASP
import TensorCore

/// L_ALG: how far the student's residual stream, through the linear map, is from the compiled model's.
///
/// * cosine (the paper): (1/k) sum over i = 0 ... k of (1 - cos(h_mapped^i, h_compiled^i)), averaged over token positions;
///   the authors' program takes the sum without 1/k.
/// * per variable: a softmax cross-entropy over each categorical variable's directions, and a squared error, in units of its
///   largest value, for each numerical one. A variable is aligned at the state where the compiled model writes it and at
///   the last state, where everything is decoded. Each is a mean over token positions; they are summed, and divided by k
///   under `mean`.
package struct AlignmentLoss {
    let variables: AlignedVariables
    package let kind: Settings.Alignment.Kind
    let reduction: Settings.Loss.Reduction
    /// The student's residual state that carries compiled state i.
    let layers: [Int]
    /// Weight of the positions that predict the answer.
    let answerWeight: Float

    package init(variables: AlignedVariables, settings: Settings.Alignment, layers: [Int]) {
        self.variables = variables
        self.layers = layers
        kind = settings.kind
        reduction = settings.reduction
        answerWeight = Float(settings.answerWeight)
    }

    /// - Parameters:
    ///   - rows: the aligned rows of the packed batch, in the order of `targets`.
    ///   - isAnswer: for each aligned row, whether it predicts a token of the answer.
    /// - Returns: scalars to be summed, weighted by `scale`.
    func callAsFunction(
        _ tape: Tape, _ activations: Activations, projection: Projection, targets: AlignmentTargets,
        rows: Range<Int>, isAnswer: [Bool], scale: Float
    ) -> [Variable] {
        let weights = isAnswer.map { $0 ? answerWeight : 1 }
        let total = weights.reduce(0, +)
        let k = variables.layout.layers
        let scale = scale / total * (reduction == .mean ? 1 / Float(max(k, 1)) : 1)
        let gathered = rows.map { Int32($0) }
        return layers.enumerated().flatMap { state, layer -> [Variable] in
            if kind == .perVariable && aligned(at: state).isEmpty { return [] }
            let mapped = projection.map(
                tape, tape.gatherRows(activations.residual[layer], rows: gathered))
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
    func aligned(at state: Int) -> [VariableLayout.Entry] {
        variables.layout.variables.filter {
            $0.writtenByLayer == state || (state == variables.layout.layers && $0.writtenByLayer <= state)
        }
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
