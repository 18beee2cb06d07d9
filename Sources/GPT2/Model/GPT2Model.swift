import Serialization
import TensorCore

/// GPT-2 (Radford et al. 2019): a decoder-only transformer with layer norms before attention and MLP, learned
/// positions, and the token embedding as its head.
///
/// A model is either trainable (with gradients) or frozen (values only, possibly in a mapped file).
public final class GPT2Model: Sendable {
    public let configuration: GPT2Configuration
    /// Under the names of the Hugging Face checkpoint, without the prefix `transformer.`.
    public let parameters: ParameterStore

    /// The parameters of one layer, looked up once.
    struct Block: Sendable {
        let norm1Gain, norm1Bias, attentionWeight, attentionBias, projectionWeight, projectionBias: Parameter
        let norm2Gain, norm2Bias, expandWeight, expandBias, contractWeight, contractBias: Parameter
    }

    let tokenTable: Parameter
    let positionTable: Parameter
    let blocks: [Block]
    let finalGain: Parameter
    let finalBias: Parameter
    /// Brings a layer's weights into its parameters, where all layers share one layer's (`FoldedGPT2.swift`).
    let unfold: (@Sendable (_ layer: Int) -> Void)?

    /// The head, [V, D]: the token embedding.
    public var head: Parameter { tokenTable }

    /// A model with zeros for weights; `initialize(seed:)` or a checkpoint fills them.
    ///
    /// - Parameter decays: Which parameters weight decay applies to; by default the matrices, embeddings included.
    public convenience init(
        configuration: GPT2Configuration, gradients: Bool = true,
        decays: (_ name: String, _ shape: Shape) -> Bool = { $1.dimensions.count > 1 }
    ) {
        let store = ParameterStore(gradients: gradients)
        for (name, shape) in Self.shapes(configuration) { store.add(name: name, shape: shape, decay: decays(name, shape)) }
        store.allocate()
        self.init(configuration: configuration, store: store)
    }

    /// A trainable model with GPT-2's initial weights.
    public convenience init(configuration: GPT2Configuration, seed: UInt64) {
        self.init(configuration: configuration)
        initialize(seed: seed)
    }

    /// - Parameter store: Allocated, with the parameters that `shapes` lists.
    /// - Parameter unfold: for a store that has the parameters of one layer only.
    init(configuration: GPT2Configuration, store: ParameterStore, unfold: (@Sendable (Int) -> Void)? = nil) {
        self.unfold = unfold
        self.configuration = configuration
        parameters = store
        tokenTable = store["wte.weight"]
        positionTable = store["wpe.weight"]
        blocks = (0..<configuration.layers).map { layer in
            func parameter(_ name: String) -> Parameter { store["h.\(unfold == nil ? layer : 0).\(name)"] }
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

    /// Every parameter's name and shape, in the order of the checkpoint. Linear maps are [input, output].
    static func shapes(_ configuration: GPT2Configuration) -> [(name: String, shape: Shape)] {
        let (width, inner) = (configuration.width, configuration.innerWidth)
        var result: [(String, Shape)] = [
            ("wte.weight", [configuration.vocabularySize, width]), ("wpe.weight", [configuration.contextLength, width]),
        ]
        for layer in 0..<configuration.layers {
            for (name, shape): (String, Shape) in [
                ("ln_1.weight", [width]), ("ln_1.bias", [width]), ("attn.c_attn.weight", [width, 3 * width]),
                ("attn.c_attn.bias", [3 * width]), ("attn.c_proj.weight", [width, width]), ("attn.c_proj.bias", [width]),
                ("ln_2.weight", [width]), ("ln_2.bias", [width]), ("mlp.c_fc.weight", [width, inner]),
                ("mlp.c_fc.bias", [inner]), ("mlp.c_proj.weight", [inner, width]), ("mlp.c_proj.bias", [width]),
            ] {
                result.append(("h.\(layer).\(name)", shape))
            }
        }
        return result + [("ln_f.weight", [width]), ("ln_f.bias", [width])]
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

    /// A frozen model with a copy of these weights: the teacher of a student that is about to be trained.
    public func frozenCopy() -> GPT2Model {
        let copy = GPT2Model(configuration: configuration, gradients: false)
        copy.copyWeights(from: self)
        return copy
    }

    /// Takes over the weights of a model of the same shape.
    public func copyWeights(from other: GPT2Model) {
        precondition(other.configuration.parameterCount == configuration.parameterCount, "models of different shapes")
        for (target, source) in zip(parameters.parameters, other.parameters.parameters) {
            target.value.copy(from: source.value)
        }
    }
}
