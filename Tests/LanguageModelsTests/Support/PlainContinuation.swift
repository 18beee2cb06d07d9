import LanguageModels
import TensorCore

/// Greedy generation the plain way: the whole text anew for each token.
func plainContinuation(
    of prompt: [Int32], by model: any LanguageModel, count: Int, stop: Int32? = nil
) -> [Int32] {
    var text = prompt
    while text.count - prompt.count < count, text.count <= model.configuration.contextLength {
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, PackedBatch([text]))).value
        let last = Array(logits.rows(text.count - 1..<text.count).values)
        let best = Int32(last.firstIndex(of: last.max() ?? 0) ?? 0)
        if best == stop { break }
        text.append(best)
    }
    return Array(text.dropFirst(prompt.count))
}
