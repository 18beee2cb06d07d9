import RASP

extension CompiledModel {
    /// The residual states where one variable has the values of another input: an interchange intervention (Geiger et
    /// al. 2021) on the program's causal graph.
    ///
    /// In residual state `state` the variable's directions take what they held there for `source`, position by
    /// position, as far as both inputs reach; the layers behind it then run on that.
    ///
    /// - Parameters:
    ///   - tokens: the input that is run.
    ///   - variable: what is exchanged.
    ///   - source: the residual states of the other input.
    ///   - state: where it is exchanged: 0 is the output of the embedding, i the stream after layer i.
    ///   - offset: position p takes the values of the source's position p + offset.
    ///   - positions: those that take values; all where it is nil.
    /// - Throws: `Failure` for an input that the model cannot read.
    public func residualStates(
        _ tokens: [Atom], interchanging variable: CompiledVariable, with source: ResidualStates, state: Int,
        offset: Int = 0, positions: Range<Int>? = nil
    ) throws -> ResidualStates {
        precondition(state >= 0 && state <= layers.count, "state \(state) of \(layers.count + 1)")
        precondition(source.width == width && source.count == layers.count + 1, "the source is of another model")
        return try residualStates(tokens) { index, states in
            guard index == state else { return }
            let taking = positions.map { tokens.indices.clamped(to: $0) } ?? tokens.indices
            for position in taking where (0..<source.positions).contains(position + offset) {
                let taken = source.row(state: state, position: position + offset)
                // Row 0 is BOS, which stays.
                for direction in variable.directions {
                    states[(position + 1) * width + direction] = taken[taken.startIndex + direction]
                }
            }
        }
    }

    /// The output after the same.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func run(
        _ tokens: [Atom], interchanging variable: CompiledVariable, with source: ResidualStates, state: Int
    ) throws -> [Atom?] {
        outputs(of: try residualStates(tokens, interchanging: variable, with: source, state: state))
    }
}
