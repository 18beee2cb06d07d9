import TensorCore

extension LanguageModel {
    /// The residual stream and its final form for a batch of sequences.
    ///
    ///     x = embed(tokens) ; x = layer(x) for each layer ; final = normalize(x)
    ///
    /// - Parameters:
    ///   - tape: What the pass is recorded on.
    ///   - batch: N tokens, each below V, no sequence longer than the context (preconditions).
    ///   - hooks: What reads and replaces activations. All their points are the model's (a precondition).
    ///   - upToLayer: Stop after this many layers: `upToLayer + 1` states, and no final one.
    ///   - keepingStates: Whether `Activations.residual` is wanted. Without it, a tape that does not record needs the
    ///     room of a few activations only.
    public func forward(
        _ tape: Tape, _ batch: PackedBatch, hooks: Hooks = Hooks(), upToLayer: Int? = nil, keepingStates: Bool = true
    ) -> Activations {
        let layers = configuration.layers
        let depth = upToLayer ?? layers
        precondition(depth >= 0 && depth <= layers, "layer \(depth) of \(layers)")
        for point in hooks.points { precondition(configuration.has(point), "the model has no hook point \(point)") }
        let pass = ForwardPass(batch)
        var states: [Variable] = []
        var x = embed(tape, pass)
        for state in 0...depth {
            if state > 0 {
                // What a hook has seen may be kept by it, and what it returned may be someone else's.
                tape.begin(section: state - 1)
                let isOurs = !keepingStates && hooks[.residual(state - 1)] == nil
                x = run(layer: state - 1, tape, x, pass, hooks, discardingInput: isOurs)
            }
            if keepingStates { states.append(x) }
            x = hooks.apply(at: .residual(state), tape, x)
        }
        guard upToLayer == nil || depth == layers else {
            return Activations(residual: states, normalized: nil)
        }
        let final = normalize(tape, x)
        if !keepingStates, hooks[.residual(depth)] == nil { tape.discard(x) }
        return Activations(residual: states, normalized: final)
    }

    /// One layer, with the hooks inside it. Where there are none, a tape that recomputes keeps its result only.
    func run(
        layer: Int, _ tape: Tape, _ x: Variable, _ pass: ForwardPass, _ hooks: Hooks, discardingInput: Bool
    ) -> Variable {
        guard hooks.act(inside: layer) else {
            return tape.recomputing(x) { tape, x in
                self.apply(layer, tape, x, pass, discardingInput: discardingInput)
            }
        }
        weights.unfold?(layer)
        let split = HookedLayer(model: self, layer: layer, tape: tape, pass: pass, hooks: hooks)
        return split(x, discardingInput: discardingInput)
    }

    /// One layer, after its weights are brought in where all layers share their room.
    func apply(
        _ index: Int, _ tape: Tape, _ x: Variable, _ pass: ForwardPass, discardingInput: Bool,
        keeping rows: [Int32]? = nil
    ) -> Variable {
        weights.unfold?(index)
        return layer(tape, x, index, pass, discardingInput: discardingInput, keeping: rows)
    }

    /// All logits, [N, V]: for small models and tests. Losses take the head and the final activations instead.
    public func logits(_ tape: Tape, _ activations: Activations) -> Variable {
        tape.linear(activations.final, weight: tape.parameter(head), transposed: true)
    }
}
