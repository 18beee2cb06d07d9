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

/// Values of the program's variables, row by row.
package protocol VariableValues {
    var labels: [Int32] { get set }
    var numbers: [Float] { get set }
}

/// What the compiled model's residual stream holds on the aligned tokens of one batch.
package struct AlignmentTargets: VariableValues {
    /// The k + 1 residual states, [N, d_compiled] in the layout's row order; empty where alignment is per variable.
    package var states: [Tensor] = []
    /// The value of each categorical variable, N x variables: index among its values, or -1 where it has none.
    package var labels: [Int32] = []
    /// The value of each numerical variable, N x variables; NaN where it has none.
    package var numbers: [Float] = []

    /// The same behind a state in which a variable was exchanged.
    package struct Exchanged: VariableValues {
        package var state: Int
        package var labels: [Int32]
        package var numbers: [Float]
        /// The program's output at each position, by sequence of those in which something was exchanged.
        package var outputs: [Int: [Atom?]] = [:]
    }
    package var exchanged: Exchanged?

    package init() {}

    package func labels(at state: Int) -> [Int32] { exchanged.flatMap { state > $0.state ? $0.labels : nil } ?? labels }
    package func numbers(at state: Int) -> [Float] {
        exchanged.flatMap { state > $0.state ? $0.numbers : nil } ?? numbers
    }
}
