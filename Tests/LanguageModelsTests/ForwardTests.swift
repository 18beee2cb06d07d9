import LanguageModels
import TensorCore
import Testing

@Suite struct ForwardTests {
    private let model = FormulaModel.make()
    private let batch = PackedBatch(FormulaModel.sequences)

    private func run(hooks: Hooks = Hooks(), upToLayer: Int? = nil, keepingStates: Bool = true) -> Activations {
        model.forward(
            Tape(arena: Arena(), recording: false), batch, hooks: hooks, upToLayer: upToLayer,
            keepingStates: keepingStates)
    }

    /// A sequence's activations do not depend on what it is packed with. Products of another height are summed in
    /// another order, hence not bit by bit.
    @Test func sequencesDoNotSeeEachOther() {
        let together = run().final.value
        for index in 0..<batch.count {
            let alone = model.forward(
                Tape(arena: Arena(), recording: false), PackedBatch([FormulaModel.sequences[index]])
            ).final.value
            #expect(largestDifference(together.rows(batch.rows(index)).values, alone.values) < 1e-5)
        }
    }

    @Test func statesAreThoseBeforeTheHook() {
        let plain = run()
        #expect(plain.residual.count == 3)
        var seen: [Int] = []
        var hooks = Hooks()
        for state in 0...2 {
            hooks.add(at: .residual(state)) { tape, x in
                seen.append(state)
                return state == 1 ? tape.scale(x, by: 2) : x
            }
        }
        let changed = run(hooks: hooks)
        #expect(seen == [0, 1, 2])
        // A second one at the same point sees what the first left, and the next layer what the second did.
        hooks.add(at: .residual(1)) { tape, x in tape.scale(x, by: 0.5) }
        #expect(run(hooks: hooks).final.value.values == plain.final.value.values)
        for state in 0...1 { #expect(changed.residual[state].value.values == plain.residual[state].value.values) }
        #expect(largestDifference(changed.residual[2].value.values, plain.residual[2].value.values) > 1e-2)
        #expect(largestDifference(changed.final.value.values, plain.final.value.values) > 1e-2)
    }

    @Test func passesCanStopEarlyAndKeepNothing() {
        let whole = run()
        let part = run(upToLayer: 1)
        #expect(part.residual.count == 2)
        #expect(part.residual[1].value.values == whole.residual[1].value.values)
        let lean = run(keepingStates: false)
        #expect(lean.residual.isEmpty)
        #expect(lean.final.value.values == whole.final.value.values)
        let hooked = run(hooks: Hooks([.residual(1): { $1 }]), keepingStates: false)
        #expect(hooked.final.value.values == whole.final.value.values)
    }

    @Test func initialWeightsHaveTheirDeviations() throws {
        let configuration = GPT2Configuration(vocabularySize: 500, contextLength: 64, width: 64, layers: 8, heads: 4)
        let model = GPT2Model(configuration: configuration, seed: 1)
        #expect(model.parameters.parameterCount == configuration.parameterCount)
        for parameter in model.parameters.parameters {
            let values = parameter.value.values
            let deviation = (values.map { $0 * $0 }.reduce(0, +) / Float(values.count)).squareRoot()
            let expected: Float =
                parameter.name.hasSuffix("c_proj.weight")
                ? 0.02 / 4 : parameter.shape.dimensions.count > 1 ? 0.02 : parameter.name.hasSuffix("weight") ? 1 : 0
            // Five standard errors of a deviation from 4,096 draws or more.
            #expect(abs(deviation - expected) <= expected * 5 / (2 * 4096.0).squareRoot(), "\(parameter.name)")
        }
        let again = GPT2Model(configuration: configuration, seed: 1)
        #expect(
            again.parameters["h.3.mlp.c_fc.weight"].value.values == model.parameters["h.3.mlp.c_fc.weight"].value.values
        )
        #expect(model.frozenCopy().parameters["wpe.weight"].value.values == model.parameters["wpe.weight"].value.values)
    }
}
