import Compiler
import Foundation
import LanguageModels
import TensorCore

/// An exported folder read back as a GPT-2 and run: the largest logit at every position against the compiled model.
struct GPT2ExportCheck {
    private(set) var inputs = 0
    private(set) var mismatch: String?
    /// The least lead of the right logit over the next, over all positions.
    private(set) var smallestLead = Double.infinity

    /// - Throws: `Failure` when the folder cannot be read back.
    init(_ export: GPT2Export, _ model: CompiledModel, folder: URL, count: Int, seed: UInt64) throws {
        let student = try ModelRegistry.load(from: folder, gradients: false)
        let arena = Arena()
        for input in model.sampleInputs(count: count, seed: seed) {
            arena.reset()
            let tape = Tape(arena: arena, recording: false)
            let tokens = try export.encode(input)
            let logits = student.logits(tape, student.forward(tape, PackedBatch([tokens]), keepingStates: false)).value
            let expected = try model.run(input)
            inputs += 1
            for (position, atom) in expected.enumerated() {
                let row = logits.row(position + 1)
                let right = export.token(of: atom)
                var next = -Float.infinity
                for token in 0..<export.tokens.count where token != right { next = max(next, row[token]) }
                smallestLead = min(smallestLead, Double(row[right] - next))
                if row[right] <= next, mismatch == nil {
                    mismatch = "on input [\(input.map(\.described).joined(separator: ", "))] at position \(position)"
                }
            }
        }
    }
}
