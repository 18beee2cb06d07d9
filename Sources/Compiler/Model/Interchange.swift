import RASP

extension CompiledModel {
    /// The residual states where one variable has the values of another input: an interchange intervention (Geiger et al. 2021)
    /// on the program's causal graph.
    ///
    /// In residual state `state` the variable's directions take what they held there for `source`, position by position, as far
    /// as both inputs reach; the layers behind it then run on that.
    ///
    /// - Parameter offset: position p takes the values of the source's position p + offset.
    /// - Throws: `Failure` for an input that the model cannot read.
    public func residualStates(
        _ tokens: [Atom], interchanging variable: CompiledVariable, with source: ResidualStates, state: Int, offset: Int = 0
    ) throws -> ResidualStates {
        precondition(state >= 0 && state <= layers.count, "state \(state) of \(layers.count + 1)")
        precondition(source.width == width && source.count == layers.count + 1, "the source is of another model")
        let rows = try encode(tokens)
        var execution = Execution(self, [vocabulary.count] + rows)
        var values: [Float] = []
        values.reserveCapacity((layers.count + 1) * rows.count * width)
        for index in 0...layers.count {
            if index > 0 {
                execution.attend(layers[index - 1].heads)
                execution.feedForward(layers[index - 1])
            }
            if index == state {
                for position in rows.indices where (0..<source.positions).contains(position + offset) {
                    let taken = source.row(state: state, position: position + offset)
                    // Row 0 is BOS, which stays.
                    for direction in variable.directions {
                        execution.state[(position + 1) * width + direction] = taken[taken.startIndex + direction]
                    }
                }
            }
            values += execution.state[width...]
        }
        return ResidualStates(count: layers.count + 1, positions: rows.count, width: width, values: values)
    }

    /// The output after the same.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func run(
        _ tokens: [Atom], interchanging variable: CompiledVariable, with source: ResidualStates, state: Int
    ) throws -> [Atom?] {
        let states = try residualStates(tokens, interchanging: variable, with: source, state: state)
        let output = outputVariable
        return (0..<states.positions).map { decode(output, states.row(state: states.count - 1, position: $0)) }
    }
}
