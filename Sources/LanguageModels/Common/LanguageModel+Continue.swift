import TensorCore

extension LanguageModel {
    /// The rest of a pass whose residual stream at some state is known: what the head reads of some rows.
    ///
    /// Interventions on one state share everything up to it, and the last layer is computed for the wanted rows alone.
    ///
    /// - Parameters:
    ///   - tape: What the pass is recorded on; one that does not record.
    ///   - stream: The residual stream at the state, [N, D]. It is left as it is.
    ///   - state: 0 is the output of the embedding, i the stream after i layers.
    ///   - batch: The N tokens that the stream is of.
    ///   - rows: The rows that are wanted.
    /// - Returns: After the last norm, [rows, D].
    package func final(
        _ tape: Tape, continuing stream: Variable, from state: Int, _ batch: PackedBatch, keeping rows: [Int32]
    ) -> Variable {
        let layers = configuration.layers
        precondition((0...layers).contains(state), "state \(state) of \(layers + 1)")
        guard state < layers else { return normalize(tape, tape.gatherRows(stream, rows: rows)) }
        let pass = ForwardPass(batch)
        var x = stream
        for layer in state..<layers {
            x = apply(
                layer, tape, x, pass, discardingInput: layer > state, keeping: layer == layers - 1 ? rows : nil)
        }
        return normalize(tape, x)
    }
}
