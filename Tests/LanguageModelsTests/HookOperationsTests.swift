import LanguageModels
import TensorCore
import Testing

/// What a pass costs, counted in operations: nothing is split where nothing is hooked.
@Suite struct HookOperationsTests {
    private func operations(_ model: any LanguageModel, _ points: [HookPoint]) -> [String: Int] {
        let hooks = model.identities(at: points)
        return Profile.measured { _ = model.final(hooks) }.entries.mapValues(\.calls)
    }

    private static let gpt2 = ["embedding": 1, "layer norm": 5, "linear": 8, "attention": 2, "gelu": 2]
    private static let llama = [
        "embedding": 1, "rms norm": 5, "linear": 14, "rotary positions": 4, "attention": 2, "swiglu": 2,
    ]

    private func expect(
        _ model: any LanguageModel, at points: [HookPoint], _ plain: [String: Int], and more: [String: Int]
    ) {
        #expect(operations(model, points) == plain.merging(more, uniquingKeysWith: +), "\(points)")
    }

    @Test func operationsOfGPT2() {
        let model = FormulaModel.make()
        expect(model, at: [], Self.gpt2, and: [:])
        expect(model, at: [.residual(0), .residual(1), .residual(2)], Self.gpt2, and: [:])
        expect(model, at: [.mlpInput(layer: 1)], Self.gpt2, and: [:])
        expect(model, at: [.mlp(layer: 1)], Self.gpt2, and: ["add": 1])
        // Three heads cut out and put together.
        expect(model, at: [.headMix(layer: 1, head: 2)], Self.gpt2, and: ["columns": 4])
        expect(model, at: [.head(layer: 1, head: 2)], Self.gpt2, and: ["columns": 4, "linear": 1, "add": 1])
        // In place of one product there are those of queries, keys, values and of the reader, each with weights and
        // biases cut out, and the queries are put together from two heads cut out and the reader's.
        expect(
            model, at: [.headInput(layer: 1, head: 2, .query)], Self.gpt2,
            and: ["layer norm": 1, "linear": 3, "columns": 8 + 3])
        // Of all readers hooked each has a norm and a product of its own, and there are none in common.
        let readers = FormulaModel.configuration.hookPoints.filter {
            if case .headInput(1, _, _) = $0 { true } else { false }
        }
        expect(
            model, at: readers, Self.gpt2, and: ["layer norm": 8, "linear": 8, "columns": 9 * 2 + 3])
    }

    @Test func operationsOfLlama() {
        let model = FamilyFormula.llama.make()
        expect(model, at: [], Self.llama, and: [:])
        expect(model, at: [.residual(0), .residual(1), .residual(2), .mlpInput(layer: 0)], Self.llama, and: [:])
        expect(model, at: [.mlp(layer: 0)], Self.llama, and: ["add": 1])
        // Of four heads three are cut out, and all put together; keys and values stay the groups'.
        let query = HookPoint.headInput(layer: 0, head: 2, .query)
        expect(
            model, at: [query], Self.llama, and: ["rms norm": 1, "linear": 1, "rotary positions": 1, "columns": 4])
        // A head with values of its own makes keys and values those of query heads.
        expect(
            model, at: [.headInput(layer: 0, head: 2, .value)], Self.llama,
            and: ["rms norm": 1, "linear": 1, "columns": 4 + 5])
        // Every reader hooked: a norm and a product for each, and none in common.
        let all = model.configuration.hookPoints.filter { if case .headInput(0, _, _) = $0 { true } else { false } }
        expect(
            model, at: all, Self.llama,
            and: ["rms norm": 11, "linear": 9, "rotary positions": 6, "columns": 3])
    }

    /// The order of a layer's operations decides every bit, so it is spelt out here once more.
    @Test func aLayerWithoutHooksIsTheFusedOne() {
        let model = FormulaModel.make()
        let configuration = FormulaModel.configuration
        let tape = Tape(arena: Arena(), recording: false)
        func parameter(_ name: String) -> Variable { tape.parameter(model.parameters[name]) }
        func norm(_ x: Variable, _ name: String) -> Variable {
            tape.layerNorm(x, gain: parameter("\(name).weight"), bias: parameter("\(name).bias"))
        }
        func linear(_ x: Variable, _ name: String, addedTo stream: Variable? = nil) -> Variable {
            tape.linear(x, weight: parameter("\(name).weight"), bias: parameter("\(name).bias"), addedTo: stream)
        }
        let batch = HookedModel.batch
        var x = tape.embedding(
            batch.tokens, positions: batch.positions, tokenTable: parameter("wte.weight"),
            positionTable: parameter("wpe.weight"))
        for layer in (0..<configuration.layers).map({ "h.\($0)" }) {
            let qkv = linear(norm(x, "\(layer).ln_1"), "\(layer).attn.c_attn")
            let mixed = tape.causalAttention(qkv, heads: configuration.heads, starts: batch.starts)
            x = linear(mixed, "\(layer).attn.c_proj", addedTo: x)
            let inner = tape.gelu(linear(norm(x, "\(layer).ln_2"), "\(layer).mlp.c_fc"))
            x = linear(inner, "\(layer).mlp.c_proj", addedTo: x)
        }
        #expect(model.final() == norm(x, "ln_f").value.values)
    }
}
