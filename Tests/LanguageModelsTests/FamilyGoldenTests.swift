import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

/// Against `transformers` (Goldens/families.py), to the same tolerance as GPT-2, for the same reason (`ModelGoldenTests`).
@Suite struct FamilyGoldenTests {
    private let goldens = Result { try SafeTensorsFile(contentsOf: resource("Goldens/families.safetensors")) }
    private let batch = PackedBatch(FormulaModel.sequences)

    private func training(_ formula: FamilyFormula) throws -> TrainingComparison {
        TrainingComparison(expected: try goldens.get(), prefix: formula.name + ".", batch: batch)
    }

    @Test(arguments: FamilyFormula.all)
    func logitsAreThePeers(formula: FamilyFormula) throws {
        let goldens = try goldens.get()
        let model = formula.make()
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, batch)).value
        for index in 0..<batch.count {
            let expected = try goldens.floats("\(formula.name).logits.\(index)")
            let difference = relativeDifference(logits.rows(batch.rows(index)).values, expected)
            #expect(difference < TrainingComparison.tolerance)
        }
    }

    @Test(arguments: FamilyFormula.all)
    func gradientsAreThePeers(formula: FamilyFormula) throws {
        try training(formula).expectGradients(of: formula.make())
    }

    @Test(arguments: FamilyFormula.all)
    func tenStepsAreThePeers(formula: FamilyFormula) throws {
        try training(formula).expectTenSteps(of: formula.make())
    }

    /// With the cache, and with the whole text anew for each token.
    @Test(arguments: FamilyFormula.all)
    func greedyTextsAreThePeers(formula: FamilyFormula) throws {
        let goldens = try goldens.get()
        let model = formula.make()
        let cached = try model.generate(prompts: FormulaModel.sequences, maxNewTokens: 8)
        for (index, prompt) in FormulaModel.sequences.enumerated() {
            let expected = try integers("\(formula.name).greedy.\(index)", in: goldens)
            #expect(cached[index] == expected)
            #expect(plainContinuation(of: prompt, by: model, count: 8) == expected)
        }
    }
}
