import LanguageModels
import TensorCore

extension Student {
    /// The residual stream on all tokens of some texts, at each of some states: [tokens, d_model] for each state.
    ///
    /// - Parameters:
    ///   - states: ascending.
    ///   - batch: how many texts go through the model together.
    func residualStreams(_ sequences: [[Int32]], states: [Int], batch: Int = 64) -> [Tensor] {
        let tokens = sequences.reduce(0) { $0 + $1.count }
        let streams = states.map { _ in Tensor(zeros: [tokens, model.configuration.width]) }
        let arena = Arena()
        var row = 0
        for start in stride(from: 0, to: sequences.count, by: batch) {
            arena.reset()
            let tape = Tape(arena: arena, recording: false, precision: precision)
            let packed = PackedBatch(sequences[start..<min(start + batch, sequences.count)])
            let residual = model.forward(tape, packed, upToLayer: states.last ?? 0).residual
            for (state, stream) in zip(states, streams) {
                stream.rows(row..<(row + packed.tokens.count)).copy(from: residual[state].value)
            }
            row += packed.tokens.count
        }
        return streams
    }
}
