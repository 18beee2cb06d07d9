import Compiler
import RASP
import TensorCore

/// Runs the compiled model on the program's tokens of a batch. The model is an oracle: its streams are exact, so
/// one-hot coordinates are read by comparison with one half.
package struct CompiledOracle: Sendable {
    package let model: CompiledModel
    package let variables: AlignedVariables
    private var layout: VariableLayout { variables.layout }

    package init(_ model: CompiledModel) {
        self.model = model
        variables = AlignedVariables(VariableLayout(model))
    }

    /// Runs the program's tokens of `sequences`, one after another, BOS left out.
    ///
    /// - Parameters:
    ///   - dense: whether the cosine's states are wanted; the values of the variables always are.
    ///   - exchange: what is exchanged between the sequences; the checked outputs are those without it.
    ///   - contexts: tokens before each sequence's prompt, which are not exchanged; nil: none.
    ///   - check: sees each sequence's decoded output and may refuse it; without it nothing is decoded.
    package func targets(
        for sequences: [[Atom]], dense: Bool, arena: Arena, exchange: VariableExchange? = nil,
        contexts: [Int]? = nil,
        check: ((_ sequence: Int, _ output: [Atom?]) throws -> Void)? = nil
    ) throws -> AlignmentTargets {
        let rows = sequences.reduce(0) { $0 + $1.count }
        var targets = AlignmentTargets()
        targets.labels = [Int32](repeating: -1, count: rows * variables.categorical.count)
        targets.numbers = [Float](repeating: .nan, count: rows * variables.numerical.count)
        if dense { targets.states = (0...layout.layers).map { _ in arena.tensor(rows, layout.width) } }
        let runs = try Parallel.map(sequences) { try model.residualStates($0) }
        let starts = runs.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.positions) }
        for (index, states) in runs.enumerated() {
            try check?(index, model.outputs(of: states))
            read(states, firstRow: starts[index], &targets.labels, &targets.numbers)
            copy(states, firstRow: starts[index], from: 0, into: targets.states)
        }
        guard let exchange, let variable = model.variable(named: exchange.variable.name) else { return targets }

        var after = AlignmentTargets.Exchanged(state: exchange.state, labels: targets.labels, numbers: targets.numbers)
        let taking = exchange.partners.sorted { $0.key < $1.key }
        let exchangedRuns = try Parallel.map(taking) { sequence, partner in
            try model.residualStates(
                sequences[sequence], interchanging: variable, with: runs[partner.sequence], state: exchange.state,
                offset: partner.offset,
                positions: exchange.positions(
                    from: partner, context: contexts?[sequence] ?? 0, count: sequences[sequence].count))
        }
        for ((sequence, _), states) in zip(taking, exchangedRuns) {
            read(states, firstRow: starts[sequence], &after.labels, &after.numbers)
            copy(states, firstRow: starts[sequence], from: exchange.state + 1, into: targets.states)
            after.outputs[sequence] = model.outputs(of: states)
        }
        targets.exchanged = after
        return targets
    }

    /// Sets what the targets are behind a compiled state, for the sequences in which something was exchanged there.
    ///
    /// - Returns: the program's outputs, by sequence.
    package func exchange(
        _ targets: inout AlignmentTargets, behind state: Int, runs: [(sequence: Int, states: ResidualStates)],
        starts: [Int]
    ) -> [Int: [Atom?]] {
        var after = AlignmentTargets.Exchanged(state: state, labels: targets.labels, numbers: targets.numbers)
        for (sequence, states) in runs {
            read(states, firstRow: starts[sequence], &after.labels, &after.numbers)
            after.outputs[sequence] = model.outputs(of: states)
        }
        targets.exchanged = after
        return after.outputs
    }

    /// Takes the values of some variables away.
    package func forget(_ values: inout some VariableValues, where isForgotten: (VariableLayout.Entry) -> Bool) {
        let (labels, numbers) = (variables.categorical.count, variables.numerical.count)
        for (index, entry) in variables.categorical.enumerated() where isForgotten(entry) {
            for place in stride(from: index, to: values.labels.count, by: labels) { values.labels[place] = -1 }
        }
        for (index, column) in variables.numerical.enumerated() where isForgotten(column.entry) {
            for place in stride(from: index, to: values.numbers.count, by: numbers) { values.numbers[place] = .nan }
        }
    }

    /// The rows of one sequence in the dense states, from the state `first` on.
    private func copy(_ states: ResidualStates, firstRow: Int, from first: Int, into targets: [Tensor]) {
        for (state, target) in targets.enumerated() where state >= first {
            for position in 0..<states.positions {
                let stream = states.row(state: state, position: position)
                let destination = target.row(firstRow + position)
                for (column, direction) in layout.directions.enumerated() {
                    destination[column] = stream[stream.startIndex + direction]
                }
            }
        }
    }

    /// The values of the variables in the last state of one sequence.
    private func read(_ states: ResidualStates, firstRow: Int, _ labels: inout [Int32], _ numbers: inout [Float]) {
        for position in 0..<states.positions {
            let (stream, row) = (states.row(state: layout.layers, position: position), firstRow + position)
            let at = { stream[stream.startIndex + layout.directions[$0]] }
            for (index, entry) in variables.categorical.enumerated() {
                let value = entry.rows.firstIndex { at($0) > 0.5 }
                labels[row * variables.categorical.count + index] =
                    value.map { Int32($0 - entry.rows.lowerBound) } ?? -1
            }
            for (index, column) in variables.numerical.enumerated() {
                let isUndefined = column.exception.map { at($0) > 0.5 } ?? false
                numbers[row * variables.numerical.count + index] = isUndefined ? .nan : at(column.row)
            }
        }
    }
}
