import Injection
import LanguageModels
import TensorCore

/// Examples with their answers, and the student's residual stream on them at some states: what follows from a change of
/// one of these is computed from there on, and not from the beginning each time.
package struct KnownPass {
    let examples: [EncodedExample]
    package let batch: PackedBatch
    let reader: AnswerReader
    private let rows: [Int32]
    /// [N, d_model] by state.
    private var streams: [Int: Tensor] = [:]

    /// - Parameter states: of the student; those that will be changed.
    package init(_ examples: [EncodedExample], states: Set<Int>, reader: AnswerReader, arena: Arena) {
        (self.examples, self.reader) = (examples, reader)
        batch = PackedBatch(examples.map { Array($0.tokens[..<$0.contentCount]) })
        rows = reader.rows(of: examples, in: batch)
        arena.reset()
        let tape = Tape(arena: arena, recording: false, precision: reader.student.precision)
        let known = reader.student.model.forward(tape, batch, upToLayer: states.max() ?? 0).residual
        for state in states {
            let stream = Tensor(zeros: known[state].value.shape)
            stream.copy(from: known[state].value)
            streams[state] = stream
        }
    }

    /// The residual stream at one of the states, [N, d_model].
    func stream(at state: Int) -> Tensor {
        guard let stream = streams[state] else { preconditionFailure("state \(state) is not among those of the pass") }
        return stream
    }

    /// The most likely next token at each counting position of each example, after a change of the stream at a state.
    ///
    /// - Parameters:
    ///   - state: one of those that the pass was made for.
    ///   - arena: is reset.
    ///   - change: gives the stream that the layers behind it read.
    func nextTokens(
        from state: Int, arena: Arena, change: (Tape, Variable) throws -> Variable
    ) rethrows -> [[Int32]] {
        arena.reset()
        let tape = Tape(arena: arena, recording: false, precision: reader.student.precision)
        return nextTokens(tape, from: state, try change(tape, tape.constant(stream(at: state))), arena: arena)
    }

    /// The same where hooks change activations behind a state.
    ///
    /// - Parameter arena: is not reset, since what the hooks put in may lie there.
    func nextTokens(from state: Int, hooks: Hooks, arena: Arena) -> [[Int32]] {
        let tape = Tape(arena: arena, recording: false, precision: reader.student.precision)
        return nextTokens(tape, from: state, tape.constant(stream(at: state)), hooks: hooks, arena: arena)
    }

    private func nextTokens(
        _ tape: Tape, from state: Int, _ stream: Variable, hooks: Hooks = Hooks(), arena: Arena
    ) -> [[Int32]] {
        let final = reader.student.model.final(tape, batch, from: state, stream: stream, hooks: hooks, rows: rows)
        return reader.choose(final.value, examples, arena: arena)
    }
}
