import TensorCore

extension LanguageModel {
    /// The residual stream after a layer without hooks, [N, D]:
    ///
    ///     middle = x + heads(x) ;  y = middle + mlp(middle), or middle + mlp(x) where the two are side by side
    ///
    /// - Parameters:
    ///   - x: The stream before the layer, whose room is given back where `discardingInput` says so.
    ///   - rows: Those of the result that are wanted; nil for all. What only the others need is not computed.
    func layer(
        _ tape: Tape, _ x: Variable, _ index: Int, _ pass: ForwardPass, discardingInput: Bool, keeping rows: [Int32]?
    ) -> Variable {
        let isParallel = configuration.hasParallelMLP
        let all = attend(tape, x, layer: index, pass)
        let (mixed, stream, isOwned) = tape.keep(rows, ofMixed: all, stream: x, discardingInput: discardingInput)
        let middle = projectHeads(tape, mixed, layer: index, addedTo: stream)
        tape.discard(mixed)
        if isOwned, !isParallel { tape.discard(stream) }

        let result = transform(tape, isParallel ? stream : middle, layer: index, addedTo: middle)
        if isOwned, isParallel { tape.discard(stream) }
        tape.discard(middle)
        return result
    }

    /// Columns of a query head among those of all query heads.
    func queryColumns(_ head: Int) -> Range<Int> {
        head * configuration.headWidth..<(head + 1) * configuration.headWidth
    }

    /// Columns of a query head's keys, or of its values, among those of all heads of keys and values.
    func keyColumns(_ head: Int) -> Range<Int> {
        queryColumns(head / (configuration.heads / configuration.keyValueHeads))
    }
}

extension Tape {
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
