import LanguageModels
import Ranks
import TensorCore

/// The mean loss of a language model on a held-out text, in nats.
struct HeldOutLoss: Sendable, Equatable {
    var perToken: Double
    /// Independent of the vocabulary, so that models with different tokenizers can be compared.
    var perByte: Double

    /// Every token but the first is predicted once, from at most `context` - 1 tokens before it in its window.
    ///
    /// - Parameter ranks: they measure a part each.
    static func measure(
        _ model: any LanguageModel, on corpus: TokenCorpus, context: Int, arena: Arena, ranks: Communicator = .alone
    ) throws -> HeldOutLoss {
        var total = 0.0
        var predicted = 0
        let windows = Array(stride(from: 0, to: corpus.count - 1, by: context))
        for group in stride(from: ranks.rank * 16, to: windows.count, by: ranks.size * 16) {
            var sequences: [[Int32]] = []
            var targets: [Int32] = []
            for start in windows[group..<min(group + 16, windows.count)] {
                let end = min(start + context, corpus.count - 1)
                sequences.append(corpus.tokens(start..<end))
                targets += corpus.tokens((start + 1)..<(end + 1))
            }
            arena.reset()
            let tape = Tape(arena: arena, recording: false)
            let final = model.forward(tape, PackedBatch(sequences), keepingStates: false).final.value
            for loss in HeadReadout.losses(final, head: model.head.value, targets: targets, arena: arena) {
                total += Double(loss)
            }
            predicted += targets.count
        }
        let parts = try ranks.exchange([total, Double(predicted)])
        total = parts.reduce(0) { $0 + $1[0] }
        return HeldOutLoss(
            perToken: total / max(parts.reduce(0) { $0 + $1[1] }, 1), perByte: total / Double(max(corpus.byteCount, 1)))
    }
}
