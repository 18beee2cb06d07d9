import Basics

/// A family of models: how its `config.json` and its weights spell what every decoder has.
///
/// A family is one file of `Families/` and a line in `ModelRegistry`. It says nothing of how anything is computed: that is
/// a `DecoderShape`, which `DecoderModel` computes for all of them.
public protocol DecoderFamily: Sendable {
    /// `model_type`.
    static var modelType: String { get }
    /// The class of `transformers` that has a head.
    static var architecture: String { get }
    static var keys: DecoderKeys { get }
    static var names: DecoderNames { get }
    /// What all models of the family have in common, and the defaults of what a file may leave out. Sizes that every
    /// file has are 0.
    static var plain: DecoderShape { get }

    /// Reads the keys that only this family has, and refuses by name those that ask for what is not computed. All that
    /// `keys` names has been read, and the sizes are in their bounds.
    static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure)
    /// Writes the keys that only this family has.
    static func write(_ shape: DecoderShape, into json: inout JSONObject)
    /// Further keys of the file of a model that was made here and not read from a file.
    static func keysOfNewFiles(_ shape: DecoderShape) -> JSONObject
    /// Published models, whose sizes can be measured without their weights.
    static var presets: [(name: String, shape: DecoderShape)] { get }
    /// Whether the initial weights of the maps that write into the stream are divided by sqrt(2 L).
    static var shrinksInitialOutputs: Bool { get }
}

extension DecoderFamily {
    public static func keysOfNewFiles(_ shape: DecoderShape) -> JSONObject { JSONObject() }
    public static var presets: [(name: String, shape: DecoderShape)] { [] }
    public static var shrinksInitialOutputs: Bool { false }
}

/// What a family calls the sizes in `config.json`.
public struct DecoderKeys: Sendable {
    /// A key, with the names that count before it and after it.
    public struct Key: Sendable, ExpressibleByStringLiteral {
        public var name: String
        /// The name that all models have for it in `transformers`, which wins where a file has both.
        public var shared: String?
        /// A name that older files have.
        public var old: String?

        public init(stringLiteral name: String) { self.name = name }
        public init(_ name: String, shared: String? = nil, old: String? = nil) {
            (self.name, self.shared, self.old) = (name, shared, old)
        }
    }

    public var vocabularySize: Key = "vocab_size"
    public var contextLength: Key = "max_position_embeddings"
    public var width: Key = "hidden_size"
    public var layers: Key = "num_hidden_layers"
    public var heads: Key = "num_attention_heads"
    /// nil: every query head has keys and values of its own.
    public var keyValueHeads: String? = "num_key_value_heads"
    /// nil: heads share the width of the stream.
    public var headWidth: String? = "head_dim"
    public var innerWidth: Key = "intermediate_size"
    /// Whether the width inside the MLP is 4 D where the file does not say it.
    public var hasInnerDefault = false
    /// nil: it is what `plain` says.
    public var epsilon: String? = "rms_norm_eps"
    public var activation = "hidden_act"
    public var rotaryBase = "rope_theta"
    public var rotaryShare = "partial_rotary_factor"
    /// Whether a part of each head may be all that turns.
    public var hasRotaryShare = false

    public init() {}

    /// Sizes, their names and the most that each may be. With these bounds no product of sizes overflows.
    var sizes: [(key: Key, path: WritableKeyPath<DecoderShape, Int> & Sendable, most: Int)] {
        [
            (vocabularySize, \.vocabularySize, 1 << 24), (contextLength, \.contextLength, 1 << 24),
            (width, \.width, 1 << 24), (layers, \.layers, 4096), (heads, \.heads, 1 << 12),
        ]
    }
}

/// What a family calls its tensors, and how they lie.
public struct DecoderNames: Sendable {
    /// How queries, keys and values are computed.
    public enum Projections: Sendable {
        case separate(query: String, key: String, value: String)
        /// In one product: all queries, all keys, all values (`byHead` false), or head by head its query, key and value.
        case fused(String, byHead: Bool)
    }

    /// Before all names but the head's, in a checkpoint of the model with a head.
    public var prefix = "model."
    public var embedding = "embed_tokens"
    /// Learned positions.
    public var positions = "position_embeddings"
    public var layers = "layers"
    public var attentionNorm = "input_layernorm"
    public var projections = Projections.separate(
        query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj")
    public var queryNorm = "self_attn.q_norm"
    public var keyNorm = "self_attn.k_norm"
    public var attentionOutput = "self_attn.o_proj"
    public var innerNorm = "post_attention_layernorm"
    public var gate = "mlp.gate_proj"
    public var up = "mlp.up_proj"
    public var down = "mlp.down_proj"
    public var finalNorm = "norm"
    public var head = ModelTensor.headName
    /// Whether linear maps are [input, output], and not [output, input].
    public var isInputFirst = false

    /// Those of Llama, which many have taken over.
    public init() {}
}
