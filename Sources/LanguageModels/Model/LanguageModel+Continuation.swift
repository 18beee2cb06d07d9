import TensorCore

extension LanguageModel {
    /// The final activations of a pass that begins at a residual state. What comes before is not computed again: where
    /// the same prompts are run many times with changes in later layers, this is a part of the work.
    ///
    /// - Parameters:
    ///   - tape: What the pass is recorded on.
    ///   - batch: N tokens.
    ///   - state: The residual state to begin at: 0 for the output of the embedding, `layers` for the last one.
    ///   - stream: That state, [N, D], to which no hook is applied any more. It is never discarded.
    ///   - hooks: What reads and replaces activations behind the state.
    ///   - rows: The rows of the result that are wanted; nil for all. What only the others need is not computed in the
    ///     last layer, where that has no hooks.
    /// - Returns: [R, D], after the last norm.
    public func final(
        _ tape: Tape, _ batch: PackedBatch, from state: Int, stream: Variable, hooks: Hooks = Hooks(),
        rows: [Int32]? = nil
    ) -> Variable {
        let layers = configuration.layers
        precondition((0...layers).contains(state), "state \(state) of \(layers) layers")
        precondition(stream.value.rows == batch.tokens.count, "a stream of \(stream.shape) for another batch")
        let pass = ForwardPass(batch)
        var (x, rows) = (stream, rows)
        for layer in state..<layers {
            let isOurs = layer > state && hooks[.residual(layer)] == nil
            let isCut = layer == layers - 1 && !hooks.act(inside: layer) && hooks[.residual(layers)] == nil
            if isCut, let wanted = rows {
                x = apply(layer, tape, x, pass, discardingInput: isOurs, keeping: wanted)
                rows = nil
            } else {
                x = run(layer: layer, tape, x, pass, hooks, discardingInput: isOurs)
            }
            x = hooks.apply(at: .residual(layer + 1), tape, x)
        }
        return normalize(tape, rows.map { tape.gatherRows(x, rows: $0) } ?? x)
    }
}
