import RASP

extension CompiledModel {
    /// The output where one variable has the values of another input: an interchange intervention (Geiger et al. 2021) on the
    /// program's causal graph.
    ///
    /// In residual state `state` the variable's directions take what they held there for `source`, position by position, as far
    /// as both inputs reach; the layers behind it then run on that.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func run(
        _ tokens: [Atom], interchanging variable: CompiledVariable, with source: ResidualStates, state: Int
    ) throws -> [Atom?] {
        precondition(state >= 0 && state <= layers.count, "state \(state) of \(layers.count + 1)")
        precondition(source.width == width && source.count == layers.count + 1, "the source is of another model")
        let rows = try encode(tokens)
        var execution = Execution(self, [vocabulary.count] + rows)
        for index in 0...layers.count {
            if index > 0 {
                execution.attend(layers[index - 1].heads)
                execution.feedForward(layers[index - 1])
            }
            guard index == state else { continue }
            for position in 0..<min(rows.count, source.positions) {
                let values = source.row(state: state, position: position)
                // Row 0 is BOS, which stays.
                for direction in variable.directions {
                    execution.state[(position + 1) * width + direction] = values[values.startIndex + direction]
                }
            }
        }
        let output = outputVariable
        return (1...rows.count).map { position in
            decode(output, execution.state[(position * width)..<((position + 1) * width)])
        }
    }
}
