extension Tape {
    /// y = body(x), of which only x and y are kept: the backward pass runs `body` again (gradient checkpointing, Chen
    /// et al. 2016).
    ///
    /// Memory for the inner activations is that of one such stretch, in `recomputation`, instead of all; the price is a
    /// second forward pass. The results are those of `body` on this tape, bit by bit, which is what runs where there is
    /// no such arena.
    ///
    /// - Parameters:
    ///   - x: the argument of `body`.
    ///   - body: a function of the tape it is given, of its argument and of parameters. It must not call `recomputing`.
    public func recomputing(_ x: Variable, _ body: @escaping (Tape, Variable) -> Variable) -> Variable {
        guard isRecording, let room = recomputation else { return body(self, x) }
        let silent = Tape(arena: room, recording: false, precision: precision)
        let computed = body(silent, silent.constant(x.value)).value
        let y = arena.tensor(computed.shape)
        y.copy(from: computed)
        room.reset()
        return record(y, inputs: [x]) { [precision, shard] dy in
            let tape = Tape(arena: room, precision: precision, shard: shard)
            // The body reads x itself, not a copy, so that contributions to its gradient arrive one by one, in the
            // order in which they would have without recomputation.
            let again = Profile.withoutCounting { body(tape, x) }
            tape.backward(from: again, gradient: dy)
            room.reset()
        }
    }
}
