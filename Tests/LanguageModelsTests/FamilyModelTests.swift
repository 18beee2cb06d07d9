import Basics
import LanguageModels
import TensorCore
import Testing

/// What holds for every family.
@Suite struct FamilyModelTests {
    private static let models = FamilyFormula.all
    private let batch = PackedBatch(FormulaModel.sequences)

    private func final(_ model: any LanguageModel) -> [Float] {
        model.forward(Tape(arena: Arena(), recording: false), batch).final.value.values
    }

    /// Prompts of many lengths in one batch.
    @Test(arguments: models)
    func cachedGenerationIsThePlainOne(formula: FamilyFormula) throws {
        let model = formula.make()
        var random = SeededRandom(seed: 4)
        let prompts = (0..<20).map { _ in
            (0...random.integer(below: 20)).map { _ in Int32(random.integer(below: 31)) }
        }
        let expected = prompts.map { plainContinuation(of: $0, by: model, count: 4) }
        #expect(try model.generate(prompts: prompts, maxNewTokens: 4) == expected)
    }

    /// Positions are relative: a text's continuation may only depend on how far its tokens are apart, up to rounding.
    @Test func rotaryPositionsAreRelative() {
        let model = FamilyFormula.llama.make()
        var shifted = PackedBatch()
        for sequence in FormulaModel.sequences { shifted.append(sequence, firstPosition: 9) }
        let moved = model.forward(Tape(arena: Arena(), recording: false), shifted).final.value.values
        #expect(relativeDifference(moved, final(model)) < 1e-4)
    }

    @Test func hooksSeeTheStreamBetweenLayers() {
        let model = FamilyFormula.llama.make()
        let plain = model.forward(Tape(arena: Arena(), recording: false), batch)
        #expect(plain.residual.count == 3)
        let changed = model.forward(
            Tape(arena: Arena(), recording: false), batch, hooks: Hooks([.residual(1): { $0.scale($1, by: 2) }]))
        #expect(changed.residual[1].value.values == plain.residual[1].value.values)
        #expect(largestDifference(changed.residual[2].value.values, plain.residual[2].value.values) > 1e-2)
        let part = model.forward(Tape(arena: Arena(), recording: false), batch, upToLayer: 1)
        #expect(part.residual[1].value.values == plain.residual[1].value.values)
        let lean = model.forward(Tape(arena: Arena(), recording: false), batch, keepingStates: false)
        #expect(lean.final.value.values == plain.final.value.values)
    }

    @Test(arguments: models)
    func recomputationGivesTheSameBits(formula: FamilyFormula) {
        let model = formula.make()
        func gradients(_ tape: Tape) -> [[Float]] {
            model.parameters.zeroGradients()
            let activations = model.forward(tape, batch)
            let loss = tape.crossEntropy(
                tape.gatherRows(activations.final, rows: [2, 5, 13]), head: tape.parameter(model.head),
                targets: [1, 2, 3], scale: 0.3)
            let inner = tape.sum(tape.multiply(activations.residual[1], activations.residual[1]))
            tape.backward(from: [loss, inner])
            return model.parameters.parameters.map { $0.gradient?.values ?? [] }
        }
        let whole = gradients(Tape(arena: Arena()))
        let room = Arena()
        #expect(gradients(Tape(arena: Arena(), recomputation: room)) == whole)
        #expect(room.bytesInUse == 0)
    }

    @Test func aRehearsalMeasuresTheStep() {
        let model = FamilyFormula.wideHeads.make()
        func step(_ arena: Arena) {
            model.parameters.zeroGradients()
            let tape = Tape(arena: arena)
            let final = model.forward(tape, batch).final
            tape.backward(from: tape.sum(tape.multiply(final, final)))
        }
        let (planned, real) = (Arena(rehearsing: ()), Arena(reserving: 1 << 24))
        Parallel.rehearse { step(planned) }
        step(real)
        #expect(planned.bytesTouched == real.bytesTouched)
    }

    @Test(arguments: models)
    func copiesAreTheModel(formula: FamilyFormula) {
        let model = formula.make()
        let exact = final(model)
        #expect(final(model.frozenCopy()) == exact)
        let halved = model.halfPrecisionCopy()
        // Every weight is off by at most 2^-9 of itself.
        let scale = exact.map(abs).max() ?? 1
        #expect(largestDifference(final(halved), exact) < 0.05 * scale)
        #expect(final(halved) != exact)
    }

    @Test func initialWeightsHaveTheirDeviations() {
        let configuration = LlamaConfiguration(
            vocabularySize: 500, contextLength: 64, width: 64, layers: 3, heads: 4, keyValueHeads: 2, innerWidth: 96)
        let model = configuration.model(seed: 1)
        #expect(model.parameters.parameterCount == configuration.parameterCount)
        for parameter in model.parameters.parameters {
            let values = parameter.value.values
            let deviation = (values.map { $0 * $0 }.reduce(0, +) / Float(values.count)).squareRoot()
            let expected: Float = parameter.shape.dimensions.count > 1 ? 0.02 : 1
            #expect(abs(deviation - expected) <= expected * 5 / (2 * 2048.0).squareRoot(), "\(parameter.name)")
        }
    }
}
