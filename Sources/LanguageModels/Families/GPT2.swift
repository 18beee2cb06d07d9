import Basics

/// GPT-2 (Radford et al. 2019): layer norms, learned positions, and the token embedding as its head.
public enum GPT2: DecoderFamily {
    public static let modelType = "gpt2"
    public static let architecture = "GPT2LMHeadModel"

    /// The names that all models share are those of GPT2Config's attribute_map; OpenAI wrote n_ctx.
    public static let keys = {
        var keys = DecoderKeys()
        keys.contextLength = .init("n_positions", shared: "max_position_embeddings", old: "n_ctx")
        keys.width = .init("n_embd", shared: "hidden_size")
        keys.layers = .init("n_layer", shared: "num_hidden_layers")
        keys.heads = .init("n_head", shared: "num_attention_heads")
        (keys.keyValueHeads, keys.headWidth) = (nil, nil)
        (keys.innerWidth, keys.hasInnerDefault) = ("n_inner", true)
        (keys.epsilon, keys.activation) = ("layer_norm_epsilon", "activation_function")
        return keys
    }()

    public static let names = {
        var names = DecoderNames()
        (names.prefix, names.layers) = ("transformer.", "h")
        (names.embedding, names.positions, names.finalNorm) = ("wte", "wpe", "ln_f")
        (names.attentionNorm, names.innerNorm) = ("ln_1", "ln_2")
        names.projections = .fused("attn.c_attn", byHead: false)
        (names.attentionOutput, names.up, names.down) = ("attn.c_proj", "mlp.c_fc", "mlp.c_proj")
        names.isInputFirst = true
        return names
    }()

    public static let plain = DecoderShape(
        norm: .layer, epsilon: 1e-5, rotary: nil, activation: .tanhGELU, isGated: false, biases: [.attention, .mlp],
        isTied: true)
    public static let shrinksInitialOutputs = true

    public static var presets: [(name: String, shape: DecoderShape)] {
        [("gpt2", 768, 12, 12), ("gpt2-medium", 1024, 24, 16), ("gpt2-large", 1280, 36, 20), ("gpt2-xl", 1600, 48, 25)]
            .map { name, width, layers, heads in
                let shape = plain.sized(
                    vocabularySize: 50257, contextLength: 1024, width: width, layers: layers, heads: heads,
                    innerWidth: 4 * width, isTied: true)
                return (name, shape)
            }
    }

    public static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        for (key, expected) in [
            ("tie_word_embeddings", true), ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false),
        ] {
            try reader.require(key, expected)
        }
    }

    public static func write(_ shape: DecoderShape, into json: inout JSONObject) {
        if shape.innerWidth == 4 * shape.width { json["n_inner"] = .null }
    }

    /// OpenAI's name for the context.
    public static func keysOfNewFiles(_ shape: DecoderShape) -> JSONObject {
        JSONObject([("n_ctx", .integer(shape.contextLength))])
    }
}

public typealias GPT2Configuration = DecoderConfiguration<GPT2>
public typealias GPT2Model = DecoderModel<GPT2>

extension DecoderConfiguration<GPT2> {
    /// - Parameters:
    ///   - vocabularySize: V, rows of the token embedding.
    ///   - contextLength: The longest sequence.
    ///   - width: D, of the residual stream.
    ///   - layers: How many there are.
    ///   - heads: H, query heads of a layer.
    ///   - innerWidth: Inside the MLP: 4 D unless said otherwise.
    ///   - epsilon: Of the norms.
    ///   - endOfText: The token that ends a text.
    public init(
        vocabularySize: Int, contextLength: Int, width: Int, layers: Int, heads: Int, innerWidth: Int? = nil,
        epsilon: Float = 1e-5, endOfText: Int? = nil
    ) {
        var shape = GPT2.plain
        (shape.vocabularySize, shape.contextLength, shape.width) = (vocabularySize, contextLength, width)
        (shape.layers, shape.heads, shape.innerWidth) = (layers, heads, innerWidth ?? 4 * width)
        shape.epsilon = epsilon
        self.init(shape, endOfText: endOfText)
    }
}
