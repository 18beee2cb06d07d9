import Serialization
import TensorCore

/// GPT-2 (Radford et al. 2019): layer norms before attention and MLP, learned positions, and the token embedding as its
/// head.
public final class GPT2Model: LanguageModel {
    public let configuration: GPT2Configuration
    public let weights: ModelWeights

    /// The parameters of one layer, looked up once.
    private struct Block: Sendable {
        let norm1Gain, norm1Bias, attentionWeight, attentionBias, projectionWeight, projectionBias: Parameter
        let norm2Gain, norm2Bias, expandWeight, expandBias, contractWeight, contractBias: Parameter
    }

    private let tokenTable: Parameter
    private let learnedPositions: Parameter
    private let blocks: [Block]
    private let finalGain: Parameter
    private let finalBias: Parameter

    public var head: Parameter { tokenTable }
    public var positionTable: Parameter? { learnedPositions }

    /// A model with zeros for weights.
    public convenience init(configuration: GPT2Configuration) {
        self.init(configuration: configuration, weights: ModelWeights(zeros: configuration))
    }

    /// A trainable model with GPT-2's initial weights.
    public convenience init(configuration: GPT2Configuration, seed: UInt64) {
        self.init(configuration: configuration)
        initialize(seed: seed)
    }

    public init(configuration: GPT2Configuration, weights: ModelWeights) {
        self.configuration = configuration
        self.weights = weights
        let store = weights.store
        tokenTable = store["wte.weight"]
        learnedPositions = store["wpe.weight"]
        blocks = weights.parameters(configuration.layers) { layer in
            func parameter(_ name: String) -> Parameter { store["h.\(layer).\(name)"] }
            return Block(
                norm1Gain: parameter("ln_1.weight"), norm1Bias: parameter("ln_1.bias"),
                attentionWeight: parameter("attn.c_attn.weight"), attentionBias: parameter("attn.c_attn.bias"),
                projectionWeight: parameter("attn.c_proj.weight"), projectionBias: parameter("attn.c_proj.bias"),
                norm2Gain: parameter("ln_2.weight"), norm2Bias: parameter("ln_2.bias"),
                expandWeight: parameter("mlp.c_fc.weight"), expandBias: parameter("mlp.c_fc.bias"),
                contractWeight: parameter("mlp.c_proj.weight"), contractBias: parameter("mlp.c_proj.bias"))
        }
        finalGain = store["ln_f.weight"]
        finalBias = store["ln_f.bias"]
    }

    /// x = wte[tokens] + wpe[positions].
    public func embed(_ tape: Tape, _ pass: ForwardPass) -> Variable {
        tape.embedding(
            pass.batch.tokens, positions: pass.batch.positions, tokenTable: tape.parameter(tokenTable),
            positionTable: tape.parameter(learnedPositions))
    }

    public func normalizeForAttention(_ tape: Tape, _ x: Variable, layer: Int) -> Variable {
        norm(tape, x, blocks[layer].norm1Gain, blocks[layer].norm1Bias)
    }

    /// Queries, keys and values in one product.
    public func attend(_ tape: Tape, _ x: Variable, layer: Int, _ pass: ForwardPass) -> Variable {
        let block = blocks[layer]
        let normalized = normalizeForAttention(tape, x, layer: layer)
        let qkv = tape.linearDiscarding(normalized, weight: block.attentionWeight, bias: block.attentionBias)
        let mixed = pass.attention(tape, qkv, heads: configuration.heads, layer: layer)
        tape.discard(qkv)
        return mixed
    }

    /// The product with the reader's columns of the weights.
    public func operand(
        _ tape: Tape, _ normalized: Variable, _ reader: HookPoint.Reader, head: Int?, layer: Int, _ pass: ForwardPass
    ) -> Variable {
        let block = blocks[layer]
        let own = head.map { queryColumns($0) } ?? 0..<configuration.width
        let start: Int =
            switch reader {
            case .query: 0
            case .key: configuration.width
            case .value: 2 * configuration.width
            }
        let columns = start + own.lowerBound..<start + own.upperBound
        let weight = tape.columns(tape.parameter(block.attentionWeight), columns)
        let bias = tape.columns(tape.parameter(block.attentionBias), columns)
        defer { for cut in [weight, bias] { tape.discard(cut) } }
        return tape.linear(normalized, weight: weight, bias: bias)
    }

    public func projectHeads(_ tape: Tape, _ mixed: Variable, layer: Int, addedTo stream: Variable) -> Variable {
        tape.linear(
            mixed, weight: tape.parameter(blocks[layer].projectionWeight),
            bias: tape.parameter(blocks[layer].projectionBias), addedTo: stream)
    }

    public func projectHead(_ tape: Tape, _ mixed: Variable, head: Int, layer: Int) -> Variable {
        let rows = queryColumns(head).map { Int32($0) }
        let weight = tape.gatherRows(tape.parameter(blocks[layer].projectionWeight), rows: rows)
        defer { tape.discard(weight) }
        return tape.linear(mixed, weight: weight)
    }

    /// contract(gelu(expand(norm2(x)))).
    public func transform(_ tape: Tape, _ x: Variable, layer: Int, addedTo stream: Variable?) -> Variable {
        let block = blocks[layer]
        let normalized = norm(tape, x, block.norm2Gain, block.norm2Bias)
        let inner = tape.linearDiscarding(normalized, weight: block.expandWeight, bias: block.expandBias)
        let activated = tape.gelu(inner)
        tape.discard(inner)
        return tape.linearDiscarding(
            activated, weight: block.contractWeight, bias: block.contractBias, addedTo: stream)
    }

    public func normalize(_ tape: Tape, _ x: Variable) -> Variable { norm(tape, x, finalGain, finalBias) }

    private func norm(_ tape: Tape, _ x: Variable, _ gain: Parameter, _ bias: Parameter) -> Variable {
        tape.layerNorm(x, gain: tape.parameter(gain), bias: tape.parameter(bias), epsilon: configuration.epsilon)
    }

    /// GPT-2's initial weights: N(0, 0.02), the maps that write into the residual stream divided by sqrt(2 L), biases
    /// zero and gains one.
    public func initialize(seed: UInt64, deviation: Float = 0.02) {
        let residualDeviation = deviation / Float(2 * configuration.layers).squareRoot()
        for parameter in parameters.parameters {
            // A stream for each parameter: a layer's weights do not depend on how many come before it.
            var random = SeededRandom(seed: seed, stream: parameter.name)
            if parameter.name.hasSuffix("c_proj.weight") {
                random.fillNormal(parameter.value.buffer, deviation: residualDeviation)
            } else if parameter.shape.dimensions.count > 1 {
                random.fillNormal(parameter.value.buffer, deviation: deviation)
            } else {
                parameter.value.fill(parameter.name.hasSuffix("weight") ? 1 : 0)
            }
        }
    }
}
