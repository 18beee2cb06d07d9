import LanguageModels
import TensorCore

/// What every writer adds to the stream in one pass over N tokens: row u is writer u's [N, D], one after the other.
///
/// The input's part is the token embedding alone. Positions belong to no component, as in MIB's circuit track: its
/// `input` is TransformerLens's `hook_embed`.
struct WriterOutputs {
    /// [U, N D].
    let values: Tensor
    /// D.
    let width: Int
    /// Keeps the values' memory.
    private let arena: Arena

    /// Room for N tokens, not filled.
    init(_ model: CircuitModel, rows: Int, _ arena: Arena) {
        values = arena.tensor(model.writers.count, rows * model.width)
        (width, self.arena) = (model.width, arena)
    }

    /// One writer's output, [N, D].
    subscript(writer: Int) -> Tensor {
        Tensor(shape: [values.columns / width, width], pointer: values.row(writer), owner: arena)
    }
}

extension CircuitModel {
    /// Hooks that copy every writer's output to its row.
    ///
    /// - Parameter positions: From `positions(_:_:)`.
    func observers(_ outputs: WriterOutputs, positions: Tensor?) -> Hooks {
        var hooks = Hooks()
        for (number, writer) in writers.enumerated() {
            guard let point = writer.hookPoint else { continue }
            hooks.observe(at: point) { activation in
                let place = outputs[number]
                place.copy(from: activation.value)
                guard writer == .input, let positions else { return }
                for index in 0..<place.count { place.pointer[index] -= positions.pointer[index] }
            }
        }
        return hooks
    }

    /// Runs prompts and keeps what every writer adds.
    ///
    /// - Parameters:
    ///   - batch: The prompts.
    ///   - outputs: Where the outputs go.
    ///   - states: Is given every residual state, in order; only for as long as it runs.
    /// - Returns: The final activations of the last rows, outside every arena.
    @discardableResult
    func run(
        _ batch: PackedBatch, into outputs: WriterOutputs, states: (Int, Tensor) -> Void = { _, _ in }
    ) -> Tensor {
        let arena = Arena()
        let tape = tape(arena)
        let activations = model.forward(
            tape, batch, hooks: observers(outputs, positions: positions(batch, arena)))
        for (number, state) in activations.residual.enumerated() { states(number, state.value) }
        let last = batch.starts.dropFirst().map { Int32($0 - 1) }
        let final = Tensor(zeros: [last.count, width])
        final.copy(from: tape.gatherRows(activations.final, rows: last).value)
        return final
    }
}
