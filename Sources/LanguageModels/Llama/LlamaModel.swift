import Serialization
import TensorCore

/// Llama (Touvron et al. 2023): root-mean-square norms before attention and MLP, rotary positions, groups of query heads
/// that share keys and values, a gated MLP, no biases, and a head that may be the token embedding.
public final class LlamaModel: LanguageModel {
    public let configuration: LlamaConfiguration
    public let weights: ModelWeights

    /// The parameters of one layer, looked up once.
    private struct Block: Sendable {
        let inputGain, query, key, value, output: Parameter
        let innerGain, gate, up, down: Parameter
    }

    private let tokenTable: Parameter
    private let blocks: [Block]
    private let finalGain: Parameter
    public let head: Parameter

    /// A trainable model with Llama's initial weights.
    public convenience init(configuration: LlamaConfiguration, seed: UInt64) {
        self.init(configuration: configuration, weights: ModelWeights(zeros: configuration))
        initialize(seed: seed)
    }

    public init(configuration: LlamaConfiguration, weights: ModelWeights) {
        self.configuration = configuration
        self.weights = weights
        let store = weights.store
        tokenTable = store[LlamaConfiguration.embedding]
        blocks = weights.parameters(configuration.layers) { layer in
            func parameter(_ name: String) -> Parameter { store["layers.\(layer).\(name).weight"] }
            return Block(
                inputGain: parameter("input_layernorm"), query: parameter("self_attn.q_proj"),
                key: parameter("self_attn.k_proj"), value: parameter("self_attn.v_proj"),
                output: parameter("self_attn.o_proj"), innerGain: parameter("post_attention_layernorm"),
                gate: parameter("mlp.gate_proj"), up: parameter("mlp.up_proj"), down: parameter("mlp.down_proj"))
        }
        finalGain = store[LlamaConfiguration.norm]
        head = store[configuration.tiedHead ?? ModelTensor.headName]
    }

    /// x = embed_tokens[tokens]; positions enter in every layer.
    public func embed(_ tape: Tape, _ pass: ForwardPass) -> Variable {
        Profile.measure("embedding") { tape.gatherRows(tape.parameter(tokenTable), rows: pass.batch.tokens) }
    }

    /// x = x + attention(norm1(x)) ; x = x + down(silu(gate(norm2(x))) * up(norm2(x))).
    public func layer(
        _ tape: Tape, _ x: Variable, _ index: Int, _ pass: ForwardPass, discardingInput: Bool, keeping rows: [Int32]?
    ) -> Variable {
        let block = blocks[index]
        let all = attention(tape, norm(tape, x, block.inputGain), block, index, pass)
        let (mixed, stream, isOwned) = tape.keep(rows, ofMixed: all, stream: x, discardingInput: discardingInput)
        let middle = tape.linearDiscarding(mixed, weight: block.output, transposed: true, addedTo: stream)
        if isOwned { tape.discard(stream) }

        let normalized = norm(tape, middle, block.innerGain)
        let gate = tape.linear(normalized, weight: tape.parameter(block.gate), transposed: true)
        let up = tape.linearDiscarding(normalized, weight: block.up, transposed: true)
        let activated = tape.swiGLU(gate: gate, up: up)
        tape.discard(gate)
        tape.discard(up)
        let result = tape.linearDiscarding(activated, weight: block.down, transposed: true, addedTo: middle)
        tape.discard(middle)
        return result
    }

    private func attention(
        _ tape: Tape, _ x: Variable, _ block: Block, _ layer: Int, _ pass: ForwardPass
    ) -> Variable {
        let angles = pass.rotaryAngles(headWidth: configuration.headWidth, theta: configuration.theta)
        func rotated(_ weight: Parameter) -> Variable {
            let flat = tape.linear(x, weight: tape.parameter(weight), transposed: true)
            let turned = tape.rotate(flat, by: angles)
            tape.discard(flat)
            return turned
        }
        let (queries, keys) = (rotated(block.query), rotated(block.key))
        let values = tape.linearDiscarding(x, weight: block.value, transposed: true)
        let mixed = pass.attention(
            tape, queries: queries, keys: keys, values: values, heads: configuration.heads,
            keyValueHeads: configuration.keyValueHeads, layer: layer)
        for operand in [queries, keys, values] { tape.discard(operand) }
        return mixed
    }

    public func normalize(_ tape: Tape, _ x: Variable) -> Variable { norm(tape, x, finalGain) }

    private func norm(_ tape: Tape, _ x: Variable, _ gain: Parameter) -> Variable {
        tape.rmsNorm(x, gain: tape.parameter(gain), epsilon: configuration.epsilon)
    }

    /// Llama's initial weights: matrices N(0, 0.02), gains one.
    public func initialize(seed: UInt64, deviation: Float = 0.02) {
        for parameter in parameters.parameters {
            // A stream for each parameter: a layer's weights do not depend on how many come before it.
            var random = SeededRandom(seed: seed, stream: parameter.name)
            if parameter.shape.dimensions.count > 1 {
                random.fillNormal(parameter.value.buffer, deviation: deviation)
            } else {
                parameter.value.fill(1)
            }
        }
    }
}
