import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

/// Against `transformers` in fp64 (Goldens/model.py). fp32 keeps about seven digits and the sums here have at most a
/// hundred terms, so 1e-4 of a tensor's largest value leaves room for a hundredfold; what fails is an error of method.
@Suite struct ModelGoldenTests {
    private static let tolerance: Float = 1e-4
    private let goldens = Result { try SafeTensorsFile(contentsOf: resource("Goldens/model.safetensors")) }

    /// Mean cross-entropy of the next tokens; each sequence's last row predicts nothing.
    private func loss(_ tape: Tape, _ model: GPT2Model) -> Variable {
        let batch = PackedBatch(FormulaModel.sequences)
        let final = model.forward(tape, batch).final
        let rows = (0..<batch.count).flatMap { batch.rows($0).dropLast() }
        return tape.crossEntropy(
            tape.gatherRows(final, rows: rows.map(Int32.init)), head: tape.parameter(model.head),
            targets: rows.map { batch.tokens[$0 + 1] }, scale: 1 / Float(rows.count))
    }

    @Test func logitsAreThePeers() throws {
        let goldens = try goldens.get()
        let model = FormulaModel.make()
        let batch = PackedBatch(FormulaModel.sequences)
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, batch)).value
        for index in 0..<batch.count {
            let expected = try goldens.floats("logits.\(index)")
            #expect(largestDifference(logits.rows(batch.rows(index)).values, expected) < Self.tolerance)
        }
    }

    @Test func gradientsAreThePeers() throws {
        let goldens = try goldens.get()
        let model = FormulaModel.make()
        model.parameters.zeroGradients()
        let tape = Tape(arena: Arena())
        let loss = loss(tape, model)
        #expect(abs(loss.value.scalar - (try goldens.floats("losses")[0])) < Self.tolerance)
        tape.backward(from: loss)
        for parameter in model.parameters.parameters {
            let expected = try goldens.floats("gradient.\(parameter.name)")
            let difference = relativeDifference(try #require(parameter.gradient).values, expected)
            #expect(difference < Self.tolerance, "\(parameter.name): \(difference)")
        }
    }

    @Test func tenStepsAreThePeers() throws {
        let goldens = try goldens.get()
        let model = FormulaModel.make()
        let optimizer = AdamW(store: model.parameters, groups: [.init(learningRate: 1e-2, weightDecay: 0.1)])
        let arena = Arena()
        let expectedLosses = try goldens.floats("losses")
        for step in 0...10 {
            arena.reset()
            model.parameters.zeroGradients()
            let tape = Tape(arena: arena)
            let loss = loss(tape, model)
            #expect(abs(loss.value.scalar - expectedLosses[step]) < Self.tolerance * expectedLosses[0])
            guard step < 10 else { break }
            tape.backward(from: loss)
            optimizer.step()
        }
        for parameter in model.parameters.parameters {
            var (values, expected) = (parameter.value.values, try goldens.floats("after.\(parameter.name)"))
            if parameter.name.hasSuffix("c_attn.bias") {
                // A bias of the keys adds the same to all scores of a row, which softmax does not see: its gradient is
                // rounding noise, which Adam scales up to full steps in any direction.
                let keys = FormulaModel.configuration.width..<2 * FormulaModel.configuration.width
                values.removeSubrange(keys)
                expected.removeSubrange(keys)
            }
            let difference = relativeDifference(values, expected)
            #expect(difference < Self.tolerance, "\(parameter.name): \(difference)")
        }
    }
}
