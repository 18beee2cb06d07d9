import Compiler
import RASP
import TensorCore

/// The variables that are aligned one by one, in the layout's order.
package struct AlignedVariables: Sendable {
    package let layout: VariableLayout
    package let categorical: [VariableLayout.Entry]
    package let numerical: [Column]

    /// A row of the map that holds a number.
    package struct Column: Sendable {
        package let entry: VariableLayout.Entry
        package let row: Int
        /// The row that says the number is undefined.
        package let exception: Int?
        /// The size of its numbers: the largest magnitude, at least 1.
        package let unit: Float
    }

    package init(_ layout: VariableLayout) {
        self.layout = layout
        categorical = layout.variables.filter(\.isCategorical)
        numerical = layout.variables.flatMap { entry -> [Column] in
            guard case .numerical(let reachable) = entry.encoding else { return [] }
            let exception = entry.rows.count > 1 ? entry.rows.lowerBound + 1 : nil
            let unit = Float(max(1, reachable.map(abs).max() ?? 1))
            return [Column(entry: entry, row: entry.rows.lowerBound, exception: exception, unit: unit)]
                + (exception.map { [Column(entry: entry, row: $0, exception: nil, unit: 1)] } ?? [])
        }
    }
}

/// What the compiled model's residual stream holds on the aligned tokens of one batch.
package struct AlignmentTargets {
    /// The k + 1 residual states, [N, d_compiled] in the layout's row order; empty where alignment is per variable.
    package var states: [Tensor] = []
    /// The value of each categorical variable, N x variables: index among its values, or -1 where it has none.
    package var labels: [Int32] = []
    /// The value of each numerical variable, N x variables; NaN where it has none.
    package var numbers: [Float] = []

    package init() {}
}

/// Runs the compiled model on the program's tokens of a batch. The model is an oracle: its streams are exact, so one-hot
/// coordinates are read by comparison with one half.
struct CompiledOracle: Sendable {
    let model: CompiledModel
    let variables: AlignedVariables
    private var layout: VariableLayout { variables.layout }

    init(_ model: CompiledModel) {
        self.model = model
        variables = AlignedVariables(VariableLayout(model))
    }

    /// Runs the program's tokens of `sequences`, one after another, BOS left out.
    ///
    /// - Parameters:
    ///   - dense: whether the cosine's states are wanted; the values of the variables always are.
    ///   - check: sees each sequence's decoded output and may refuse it; without it nothing is decoded.
    func targets(
        for sequences: [[Atom]], dense: Bool, arena: Arena, check: ((_ sequence: Int, _ output: [Atom?]) throws -> Void)? = nil
    ) throws -> AlignmentTargets {
        let rows = sequences.reduce(0) { $0 + $1.count }
        var targets = AlignmentTargets()
        targets.labels = [Int32](repeating: -1, count: rows * variables.categorical.count)
        targets.numbers = [Float](repeating: .nan, count: rows * variables.numerical.count)
        if dense { targets.states = (0...layout.layers).map { _ in arena.tensor(rows, layout.width) } }
        var first = 0
        for (index, states) in try Parallel.map(sequences, { try model.residualStates($0) }).enumerated() {
            let output = model.outputVariable
            try check?(
                index,
                (0..<states.positions).map { model.decode(output, states.row(state: layout.layers, position: $0)) })
            for position in 0..<states.positions {
                read(states.row(state: layout.layers, position: position), row: first + position, into: &targets)
                for (state, target) in targets.states.enumerated() {
                    let stream = states.row(state: state, position: position)
                    let destination = target.row(first + position)
                    for (column, direction) in layout.directions.enumerated() {
                        destination[column] = stream[stream.startIndex + direction]
                    }
                }
            }
            first += states.positions
        }
        return targets
    }

    /// The values of the variables in one row of the last state.
    private func read(_ stream: ArraySlice<Float>, row: Int, into targets: inout AlignmentTargets) {
        let at = { stream[stream.startIndex + layout.directions[$0]] }
        for (index, entry) in variables.categorical.enumerated() {
            if let value = entry.rows.firstIndex(where: { at($0) > 0.5 }) {
                targets.labels[row * variables.categorical.count + index] = Int32(value - entry.rows.lowerBound)
            }
        }
        for (index, column) in variables.numerical.enumerated() {
            let isUndefined = column.exception.map { at($0) > 0.5 } ?? false
            targets.numbers[row * variables.numerical.count + index] = isUndefined ? .nan : at(column.row)
        }
    }
}
