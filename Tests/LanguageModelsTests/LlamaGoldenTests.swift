import Foundation
import LanguageModels
import Serialization
import TensorCore
import Testing

/// Against `transformers` (Goldens/llama.py), to the same tolerance as GPT-2, for the same reason (`ModelGoldenTests`).
@Suite struct LlamaGoldenTests {
    private static let tolerance: Float = 1e-4
    private static let models = [LlamaFormula.untied, .tied]
    private let goldens = Result { try SafeTensorsFile(contentsOf: resource("Goldens/llama.safetensors")) }
    private let batch = PackedBatch(FormulaModel.sequences)

    /// Mean cross-entropy of the next tokens; each sequence's last row predicts nothing.
    private func loss(_ tape: Tape, _ model: any LanguageModel) -> Variable {
        let final = model.forward(tape, batch).final
        let rows = (0..<batch.count).flatMap { batch.rows($0).dropLast() }
        return tape.crossEntropy(
            tape.gatherRows(final, rows: rows.map(Int32.init)), head: tape.parameter(model.head),
            targets: rows.map { batch.tokens[$0 + 1] }, scale: 1 / Float(rows.count))
    }

    @Test(arguments: models)
    func logitsAreThePeers(formula: LlamaFormula) throws {
        let goldens = try goldens.get()
        let model = formula.make()
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, batch)).value
        for index in 0..<batch.count {
            let expected = try goldens.floats("\(formula.name).logits.\(index)")
            #expect(largestDifference(logits.rows(batch.rows(index)).values, expected) < Self.tolerance)
        }
    }

    @Test(arguments: models)
    func gradientsAreThePeers(formula: LlamaFormula) throws {
        let goldens = try goldens.get()
        let model = formula.make()
        model.parameters.zeroGradients()
        let tape = Tape(arena: Arena())
        let loss = loss(tape, model)
        #expect(abs(loss.value.scalar - (try goldens.floats("\(formula.name).losses")[0])) < Self.tolerance)
        tape.backward(from: loss)
        for parameter in model.parameters.parameters {
            let expected = try goldens.floats("\(formula.name).gradient.\(parameter.name)")
            let difference = relativeDifference(try #require(parameter.gradient).values, expected)
            #expect(difference < Self.tolerance, "\(parameter.name): \(difference)")
        }
    }

    @Test(arguments: models)
    func tenStepsAreThePeers(formula: LlamaFormula) throws {
        let goldens = try goldens.get()
        let model = formula.make()
        let optimizer = AdamW(
            store: model.parameters, groups: [.init(learningRate: 1e-2, weightDecay: 0.1)], epsilon: 1e-3)
        let arena = Arena()
        let expectedLosses = try goldens.floats("\(formula.name).losses")
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
            let expected = try goldens.floats("\(formula.name).after.\(parameter.name)")
            let difference = relativeDifference(parameter.value.values, expected)
            #expect(difference < Self.tolerance, "\(parameter.name): \(difference)")
        }
    }

    /// With the cache, and with the whole text anew for each token.
    @Test(arguments: models)
    func greedyTextsAreThePeers(formula: LlamaFormula) throws {
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
