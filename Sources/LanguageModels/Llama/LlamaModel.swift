import Serialization
import TensorCore

/// Llama (Touvron et al. 2023): root-mean-square norms before attention and MLP, rotary positions, groups of query
/// heads that share keys and values, a gated MLP, no biases, and a head that may be the token embedding.
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

    public func normalizeForAttention(_ tape: Tape, _ x: Variable, layer: Int) -> Variable {
        norm(tape, x, blocks[layer].inputGain)
    }

    /// Queries and keys are turned by their positions.
    public func operand(
        _ tape: Tape, _ normalized: Variable, _ reader: HookPoint.Reader, head: Int?, layer: Int, _ pass: ForwardPass
    ) -> Variable {
        let block = blocks[layer]
        let (parameter, rows) =
            switch reader {
            case .query: (block.query, head.map { queryColumns($0) })
            case .key: (block.key, head.map { keyColumns($0) })
            case .value: (block.value, head.map { keyColumns($0) })
            }
        let all = tape.parameter(parameter)
        let cut = rows.map { tape.gatherRows(all, rows: $0.map { Int32($0) }) }
        let flat = tape.linear(normalized, weight: cut ?? all, transposed: true)
        if let cut { tape.discard(cut) }
        guard reader != .value else { return flat }
        let angles = pass.rotaryAngles(headWidth: configuration.headWidth, theta: configuration.theta)
        let turned = tape.rotate(flat, by: angles)
        tape.discard(flat)
        return turned
    }

    public func projectHeads(_ tape: Tape, _ mixed: Variable, layer: Int, addedTo stream: Variable) -> Variable {
        tape.linear(mixed, weight: tape.parameter(blocks[layer].output), transposed: true, addedTo: stream)
    }

    public func projectHead(_ tape: Tape, _ mixed: Variable, head: Int, layer: Int) -> Variable {
        let weight = tape.columns(tape.parameter(blocks[layer].output), queryColumns(head))
        defer { tape.discard(weight) }
        return tape.linear(mixed, weight: weight, transposed: true)
    }

    /// down(silu(gate(norm2(x))) * up(norm2(x))).
    public func transform(_ tape: Tape, _ x: Variable, layer: Int, addedTo stream: Variable?) -> Variable {
        let block = blocks[layer]
        let normalized = norm(tape, x, block.innerGain)
        let gate = tape.linear(normalized, weight: tape.parameter(block.gate), transposed: true)
        let up = tape.linearDiscarding(normalized, weight: block.up, transposed: true)
        let activated = tape.swiGLU(gate: gate, up: up)
        tape.discard(gate)
        tape.discard(up)
        return tape.linearDiscarding(activated, weight: block.down, transposed: true, addedTo: stream)
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
