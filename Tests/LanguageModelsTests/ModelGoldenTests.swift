import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

/// Against `transformers` in fp64 (Goldens/model.py). fp32 keeps about seven digits and the sums here have at most a
/// hundred terms, so 1e-4 of a tensor's largest value leaves room for a hundredfold; what fails is an error of method.
@Suite struct ModelGoldenTests {
    private let goldens = Result { try SafeTensorsFile(contentsOf: resource("Goldens/model.safetensors")) }

    private func training() throws -> TrainingComparison {
        TrainingComparison(
            expected: try goldens.get(), batch: PackedBatch(FormulaModel.sequences), rate: 1e-2, epsilon: 1e-8,
            isLeftOut: { name in
                // A bias of the keys adds the same to all scores of a row, which softmax does not see: its gradient is
                // rounding noise, which Adam scales up to full steps in any direction.
                let width = FormulaModel.configuration.width
                return name.hasSuffix("c_attn.bias") ? width..<2 * width : nil
            })
    }

    @Test func logitsAreThePeers() throws {
        let goldens = try goldens.get()
        let model = FormulaModel.make()
        let batch = PackedBatch(FormulaModel.sequences)
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, batch)).value
        for index in 0..<batch.count {
            let expected = try goldens.floats("logits.\(index)")
            #expect(largestDifference(logits.rows(batch.rows(index)).values, expected) < TrainingComparison.tolerance)
        }
    }

    @Test func gradientsAreThePeers() throws { try training().expectGradients(of: FormulaModel.make()) }

    @Test func tenStepsAreThePeers() throws { try training().expectTenSteps(of: FormulaModel.make()) }
}
