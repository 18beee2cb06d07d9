import TensorCore

extension LanguageModel {
    /// The residual stream and its final form for a batch of sequences.
    ///
    ///     x = embed(tokens) ; x = layer(x) for each layer ; final = normalize(x)
    ///
    /// - Parameters:
    ///   - batch: N tokens, each below V, no sequence longer than the context (preconditions).
    ///   - sites: Interventions on the stream between layers.
    ///   - upToLayer: Stop after this many layers: `upToLayer + 1` states, and no final one.
    ///   - keepingStates: Whether `Activations.residual` is wanted. Without it, a tape that does not record needs the
    ///     room of a few activations only.
    public func forward(
        _ tape: Tape, _ batch: PackedBatch, sites: Sites = Sites(), upToLayer: Int? = nil, keepingStates: Bool = true
    ) -> Activations {
        let layers = configuration.layers
        let depth = upToLayer ?? layers
        precondition(depth >= 0 && depth <= layers, "layer \(depth) of \(layers)")
        let pass = ForwardPass(batch)
        var states: [Variable] = []
        var x = embed(tape, pass)
        for site in 0...depth {
            if site > 0 {
                // What an intervention returned may be someone else's.
                let isOurs = !keepingStates && sites[site - 1] == nil
                x = tape.recomputing(x) { tape, x in self.apply(site - 1, tape, x, pass, discardingInput: isOurs) }
            }
            if keepingStates { states.append(x) }
            if let intervention = sites[site] { x = intervention(tape, x) }
        }
        guard upToLayer == nil || depth == layers else {
            return Activations(residual: states, normalized: nil)
        }
        let final = normalize(tape, x)
        if !keepingStates, sites[depth] == nil { tape.discard(x) }
        return Activations(residual: states, normalized: final)
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

extension Tape {
    /// `linear`, and x is not needed after it.
    func linearDiscarding(
        _ x: Variable, weight: Parameter, bias: Parameter? = nil, transposed: Bool = false,
        addedTo residual: Variable? = nil
    ) -> Variable {
        let y = linear(
            x, weight: parameter(weight), bias: bias.map { parameter($0) }, transposed: transposed, addedTo: residual)
        discard(x)
        return y
    }

    /// The rows that are wanted of a layer's attention and of the stream that it is added to; all where `rows` is nil.
    ///
    /// - Returns: `isOwned` tells whether the stream's room is the layer's to give back.
    func keep(
        _ rows: [Int32]?, ofMixed mixed: Variable, stream x: Variable, discardingInput: Bool
    ) -> (mixed: Variable, stream: Variable, isOwned: Bool) {
        guard let rows else { return (mixed, x, discardingInput) }
        let stream = gatherRows(x, rows: rows)
        let kept = gatherRows(mixed, rows: rows)
        discard(mixed)
        if discardingInput { discard(x) }
        return (kept, stream, true)
    }
}
