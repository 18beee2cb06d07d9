import TensorCore

extension GPT2Model {
    /// The residual stream and its final form for a batch of sequences.
    ///
    ///     x = wte[tokens] + wpe[positions]
    ///     x = x + attention(norm1(x)) ; x = x + mlp(norm2(x))        for each layer
    ///     final = normf(x)
    ///
    /// - Parameters:
    ///   - batch: N tokens, each below V, no sequence longer than P (preconditions).
    ///   - sites: Interventions on the stream between layers.
    ///   - upToLayer: Stop after this many layers: `upToLayer + 1` states, and no final one.
    ///   - keepingStates: Whether `Activations.residual` is wanted. Without it, a tape that does not record needs the
    ///     room of a few activations only.
    public func forward(
        _ tape: Tape, _ batch: PackedBatch, sites: Sites = Sites(), upToLayer: Int? = nil, keepingStates: Bool = true
    ) -> Activations {
        let depth = upToLayer ?? configuration.layers
        precondition(depth >= 0 && depth <= configuration.layers, "layer \(depth) of \(configuration.layers)")
        let attention: Attention = { tape, qkv, _ in
            tape.causalAttention(qkv, heads: self.configuration.heads, starts: batch.starts)
        }
        var states: [Variable] = []
        var x = embed(tape, batch)
        for site in 0...depth {
            if site > 0 {
                // What an intervention returned may be someone else's.
                let isOurs = !keepingStates && sites[site - 1] == nil
                x = tape.recomputing(x) { tape, x in
                    self.block(tape, x, layer: site - 1, attention: attention, discardingInput: isOurs)
                }
            }
            if keepingStates { states.append(x) }
            if let intervention = sites[site] { x = intervention(tape, x) }
        }
        guard upToLayer == nil || depth == configuration.layers else {
            return Activations(residual: states, normalized: nil)
        }
        let final = normalize(tape, x)
        if !keepingStates, sites[depth] == nil { tape.discard(x) }
        return Activations(residual: states, normalized: final)
    }

    /// All logits, [N, V]: for small models and tests. Losses take the head and the final activations instead.
    public func logits(_ tape: Tape, _ activations: Activations) -> Variable {
        tape.linear(activations.final, weight: tape.parameter(head), transposed: true)
    }

    /// Attention from queries, keys and values [N, 3D] of a layer: over the batch, or over a cache.
    typealias Attention = (_ tape: Tape, _ qkv: Variable, _ layer: Int) -> Variable

    func embed(_ tape: Tape, _ batch: PackedBatch) -> Variable {
        tape.embedding(
            batch.tokens, positions: batch.positions, tokenTable: tape.parameter(tokenTable),
            positionTable: tape.parameter(positionTable))
    }

    func normalize(_ tape: Tape, _ x: Variable) -> Variable {
        tape.layerNorm(
            x, gain: tape.parameter(finalGain), bias: tape.parameter(finalBias), epsilon: configuration.epsilon)
    }

    /// One layer. On a tape that does not record, what is not needed again gives its room back at once.
    ///
    /// - Parameter rows: those of the result that are wanted; nil for all. What only the others need is not computed.
    func block(
        _ tape: Tape, _ x: Variable, layer: Int, attention: Attention, discardingInput: Bool, keeping rows: [Int32]? = nil
    ) -> Variable {
        let weights = blocks[layer]
        unfold?(layer)
        var normalized = tape.layerNorm(
            x, gain: tape.parameter(weights.norm1Gain), bias: tape.parameter(weights.norm1Bias),
            epsilon: configuration.epsilon)
        let qkv = linear(tape, normalized, weights.attentionWeight, weights.attentionBias)
        var mixed = attention(tape, qkv, layer)
        tape.discard(qkv)
        var stream = x
        if let rows {
            stream = tape.gatherRows(x, rows: rows)
            let all = mixed
            mixed = tape.gatherRows(all, rows: rows)
            tape.discard(all)
            if discardingInput { tape.discard(x) }
        }
        let middle = linear(tape, mixed, weights.projectionWeight, weights.projectionBias, addedTo: stream)
        if discardingInput || rows != nil { tape.discard(stream) }

        normalized = tape.layerNorm(
            middle, gain: tape.parameter(weights.norm2Gain), bias: tape.parameter(weights.norm2Bias),
            epsilon: configuration.epsilon)
        let inner = linear(tape, normalized, weights.expandWeight, weights.expandBias)
        let activated = tape.gelu(inner)
        tape.discard(inner)
        let result = linear(tape, activated, weights.contractWeight, weights.contractBias, addedTo: middle)
        tape.discard(middle)
        return result
    }

    /// x W + b, or residual + x W + b; x is not needed after it.
    private func linear(
        _ tape: Tape, _ x: Variable, _ weight: Parameter, _ bias: Parameter, addedTo residual: Variable? = nil
    ) -> Variable {
        let y = tape.linear(
            x, weight: tape.parameter(weight), bias: tape.parameter(bias), addedTo: residual)
        tape.discard(x)
        return y
    }
}
