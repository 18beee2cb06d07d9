import LanguageModels
import TensorCore
import Testing

/// A small model of each family, with what tests of hooks ask of it.
struct HookedModel: CustomTestStringConvertible, Sendable {
    let name: String
    let make: @Sendable () -> any LanguageModel
    /// The name of a layer's bias of the output projection, which belongs to no head; nil for a family without one.
    var projectionBias: (@Sendable (_ layer: Int) -> String)?

    /// Llama's four query heads share two heads of keys and values; the second one's heads have kernels of their own.
    static let all = [
        HookedModel(name: "GPT-2", make: { FormulaModel.make() }, projectionBias: { "h.\($0).attn.c_proj.bias" }),
        HookedModel(name: "Llama") { FamilyFormula.llama.make() },
        HookedModel(name: "Llama, wide heads") { FamilyFormula.wideHeads.make() },
        HookedModel(
            name: "Llama with biases", make: { FamilyFormula.scaled.make() },
            projectionBias: { "layers.\($0).self_attn.o_proj.bias" }),
        HookedModel(name: "Qwen2") { FamilyFormula.qwen2.make() },
        HookedModel(name: "Qwen3") { FamilyFormula.qwen3.make() },
        HookedModel(
            name: "GPT-NeoX", make: { FamilyFormula.neox.make() },
            projectionBias: { "layers.\($0).attention.dense.bias" }),
        HookedModel(
            name: "OPT", make: { FamilyFormula.opt.make() },
            projectionBias: { "decoder.layers.\($0).self_attn.out_proj.bias" }),
    ]

    var testDescription: String { name }

    static let batch = PackedBatch(FormulaModel.sequences)
}

extension LanguageModel {
    /// Final activations, of a pass whose tape does not record.
    func final(_ hooks: Hooks = Hooks()) -> [Float] {
        forward(Tape(arena: Arena(), recording: false), HookedModel.batch, hooks: hooks).final.value.values
    }

    /// Hooks that leave everything as it is, at these points.
    func identities(at points: [HookPoint]) -> Hooks {
        Hooks(Dictionary(uniqueKeysWithValues: points.map { ($0, { $1 }) }))
    }

    /// Every gradient of the sum of the final activations, each with a weight of its own.
    func gradients(_ tape: Tape, _ hooks: Hooks = Hooks()) -> [[Float]] {
        parameters.zeroGradients()
        let final = forward(tape, HookedModel.batch, hooks: hooks).final
        tape.backward(from: tape.sum(tape.multiply(final, tape.constant(lossWeights(final.shape)))))
        return parameters.parameters.map { $0.gradient?.values ?? [] }
    }

    /// The same sum, in double precision.
    func loss(_ hooks: Hooks) -> Double {
        let final = final(hooks)
        return zip(final, lossWeights([1, final.count]).values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}

/// Numbers in -1 ... 1 without a pattern that a sum could cancel.
private func lossWeights(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.count).map { Float(($0 * 7919 + 31) % 2003) / 1001 - 1 }, shape: shape)
}
