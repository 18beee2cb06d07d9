import Basics
import Compiler
import RASP
import TensorCore

/// How well a compressed stream does what the whole one does.
public struct Fidelity: Sendable {
    public internal(set) var inputs = 0
    /// Inputs with the right output at every position.
    public internal(set) var exactInputs = 0
    /// The share of positions with the right output.
    public internal(set) var accuracy = 1.0
    /// Between the states read back, `h W^T`, and the compiled model's; the mean over positions and states, BOS's left
    /// out.
    public internal(set) var cosine = 1.0

    /// Against the compiled model's own output, on random inputs.
    init(_ model: CompiledModel, _ weights: DenseWeights, projection: Tensor, inputs count: Int, seed: UInt64) throws {
        let arena = Arena()
        var random = SeededRandom(seed: seed, stream: "compression measured")
        var (right, positions, cosines, rows) = (0, 0, 0.0, 0)
        let variable = model.outputVariable
        while inputs < count {
            arena.reset()
            let tape = Tape(arena: arena, recording: false)
            let batch = try StreamBatch(model, (0..<min(32, count - inputs)).map { _ in model.randomInput(&random) })
            let w = tape.constant(projection)
            let states = weights.states(tape, embedding: batch.states[0], projection: w, starts: batch.starts)
                .map { tape.linear($0, weight: w, transposed: true).value }
            var isExact = [Bool](repeating: true, count: batch.inputs.count)
            batch.forEachPosition { input, _, row in
                let at = { (state: Tensor) in UnsafeBufferPointer(start: state.row(row), count: state.columns) }
                let last = states.count - 1
                let isRight = model.decode(variable, at(states[last])) == model.decode(variable, at(batch.states[last]))
                right += isRight ? 1 : 0
                positions += 1
                isExact[input] = isExact[input] && isRight
                for (state, original) in zip(states, batch.states) {
                    guard let cosine = Self.cosine(at(state), at(original)) else { continue }
                    cosines += cosine
                    rows += 1
                }
            }
            inputs += batch.inputs.count
            exactInputs += isExact.count { $0 }
        }
        accuracy = Double(right) / Double(max(positions, 1))
        cosine = cosines / Double(max(rows, 1))
    }

    /// nil for a state that holds nothing.
    private static func cosine(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double? {
        var (dot, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            dot += Double(x) * Double(y)
            aa += Double(x) * Double(x)
            bb += Double(y) * Double(y)
        }
        guard bb > 0 else { return nil }
        return aa > 0 ? dot / (aa * bb).squareRoot() : 0
    }
}
