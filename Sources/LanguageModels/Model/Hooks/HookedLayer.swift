import TensorCore

/// One layer with hooks inside it. What no hook asks for is computed as in a layer without hooks; what one asks for
/// becomes a variable of its own, which lies on the way to the result.
///
/// Activations that a hook has seen are never discarded, since it may keep them; all others are, as soon as they have
/// been used.
struct HookedLayer<Model: LanguageModel> {
    let model: Model
    let layer: Int
    let tape: Tape
    let pass: ForwardPass
    let hooks: Hooks

    private var heads: Range<Int> { 0..<model.configuration.heads }

    /// - Parameter discardingInput: Whether the room of x may be given back.
    func callAsFunction(_ x: Variable, discardingInput: Bool) -> Variable {
        let isParallel = model.configuration.hasParallelMLP
        let middle = addHeads(applyMixHooks(gather(x)), to: x)
        let isOurs = discardingInput && hookedReaders.isEmpty
        if isOurs, !isParallel { tape.discard(x) }
        let result = addMLP(of: isParallel ? x : middle, to: middle)
        if isOurs, isParallel, hooks[.mlpInput(layer: layer)] == nil { tape.discard(x) }
        return result
    }

    // MARK: Attention

    /// What the heads gather, [N, H W], where each hooked reader sees a stream of its own.
    private func gather(_ x: Variable) -> Variable {
        let readers = HookPoint.Reader.allCases
        let hooked = hookedReaders
        guard !hooked.isEmpty else { return model.attend(tape, x, layer: layer, pass) }

        // What all other readers see; none may be left.
        let isWanted = readers.contains { reader in heads.contains { hooks[input(reader, $0)] == nil } }
        let shared = isWanted ? model.normalizeForAttention(tape, x, layer: layer) : nil
        // As soon as one query head has keys or values of its own, all have: they no longer are the group's.
        let isUngrouped = hooked != [.query] && model.configuration.keyValueHeads < heads.count
        let operands = readers.map { reader in
            hooked.contains(reader) || (isUngrouped && reader != .query)
                ? operandByHead(x, shared, reader) : sharedOperand(x, shared, reader)
        }
        if let shared { tape.discard(shared) }
        let mixed = pass.attention(
            tape, queries: operands[0], keys: operands[1], values: operands[2], heads: heads.count,
            keyValueHeads: isUngrouped ? heads.count : model.configuration.keyValueHeads, layer: layer)
        for operand in operands { tape.discard(operand) }
        return mixed
    }

    /// Those of which at least one head has a hook.
    private var hookedReaders: [HookPoint.Reader] {
        HookPoint.Reader.allCases.filter { reader in heads.contains { hooks[input(reader, $0)] != nil } }
    }

    private func input(_ reader: HookPoint.Reader, _ head: Int) -> HookPoint {
        .headInput(layer: layer, head: head, reader)
    }

    private func sharedOperand(_ x: Variable, _ shared: Variable?, _ reader: HookPoint.Reader) -> Variable {
        let normalized = shared ?? model.normalizeForAttention(tape, x, layer: layer)
        return model.operand(tape, normalized, reader, head: nil, layer: layer, pass)
    }

    /// Queries, keys or values of every query head, [N, H W]: those of a hooked head from the stream that its hook
    /// returns, those of the others from the stream itself.
    private func operandByHead(_ x: Variable, _ shared: Variable?, _ reader: HookPoint.Reader) -> Variable {
        // nil: of a head without a hook.
        let own = heads.map { head -> Variable? in
            guard hooks[input(reader, head)] != nil else { return nil }
            // A branch, so that the gradient that a hook retains is this reader's.
            let read = hooks.apply(at: input(reader, head), tape, tape.branch(x))
            let normalized = model.normalizeForAttention(tape, read, layer: layer)
            defer { tape.discard(normalized) }
            return model.operand(tape, normalized, reader, head: head, layer: layer, pass)
        }
        var parts = own.compactMap(\.self)
        if parts.count < own.count {
            let all = sharedOperand(x, shared, reader)
            parts = own.enumerated().map { head, variable in
                let columns = reader == .query ? model.queryColumns(head) : model.keyColumns(head)
                return variable ?? tape.columns(all, columns)
            }
            tape.discard(all)
        }
        defer { for part in parts { tape.discard(part) } }
        return tape.concatenatedColumns(parts)
    }

    /// What the heads have gathered, with that of hooked heads replaced.
    private func applyMixHooks(_ mixed: Variable) -> Variable {
        let points = heads.map { HookPoint.headMix(layer: layer, head: $0) }
        guard points.contains(where: { hooks[$0] != nil }) else { return mixed }
        let parts = heads.map { head in
            hooks.apply(at: points[head], tape, tape.columns(mixed, model.queryColumns(head)))
        }
        tape.discard(mixed)
        defer { for (point, part) in zip(points, parts) where hooks[point] == nil { tape.discard(part) } }
        return tape.concatenatedColumns(parts)
    }

    /// The stream with what the heads add to it: all of them in one product, but for those that are hooked.
    private func addHeads(_ mixed: Variable, to x: Variable) -> Variable {
        let hooked = heads.filter { hooks[.head(layer: layer, head: $0)] != nil }
        defer { tape.discard(mixed) }
        guard !hooked.isEmpty else { return model.projectHeads(tape, mixed, layer: layer, addedTo: x) }

        let parts = heads.map { tape.columns(mixed, model.queryColumns($0)) }
        // In the common product zeros take the place of the hooked heads, and the bias is added whatever is hooked.
        let nothing = tape.constant(tape.arena.zeros(parts[0].shape))
        let others = tape.concatenatedColumns(heads.map { hooked.contains($0) ? nothing : parts[$0] })
        var stream = model.projectHeads(tape, others, layer: layer, addedTo: x)
        for head in hooked {
            let added = model.projectHead(tape, parts[head], head: head, layer: layer)
            let before = stream
            stream = tape.add(before, hooks.apply(at: .head(layer: layer, head: head), tape, added))
            tape.discard(before)
        }
        for used in parts + [nothing, others] { tape.discard(used) }
        return stream
    }

    // MARK: MLP

    private func addMLP(of x: Variable, to middle: Variable) -> Variable {
        let input = HookPoint.mlpInput(layer: layer)
        let isSeen = hooks[input] != nil && x === middle
        defer { if !isSeen { tape.discard(middle) } }
        let read = hooks[input] == nil ? x : hooks.apply(at: input, tape, tape.branch(x))
        let output = HookPoint.mlp(layer: layer)
        guard hooks[output] != nil else { return model.transform(tape, read, layer: layer, addedTo: middle) }
        let added = model.transform(tape, read, layer: layer, addedTo: nil)
        return tape.add(middle, hooks.apply(at: output, tape, added))
    }
}
