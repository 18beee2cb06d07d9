import Basics

/// OPT (Zhang et al. 2022): layer norms, learned positions, an MLP of rectified linear units, and the token embedding as
/// its head.
public enum OPT: DecoderFamily {
    public static let modelType = "opt"
    public static let architecture = "OPTForCausalLM"
    public static let keys = {
        var keys = DecoderKeys()
        (keys.keyValueHeads, keys.headWidth, keys.epsilon) = (nil, nil, nil)
        (keys.innerWidth, keys.activation) = ("ffn_dim", "activation_function")
        return keys
    }()

    public static let names = {
        var names = DecoderNames()
        (names.embedding, names.positions) = ("decoder.embed_tokens", "decoder.embed_positions")
        (names.layers, names.finalNorm) = ("decoder.layers", "decoder.final_layer_norm")
        (names.attentionNorm, names.innerNorm) = ("self_attn_layer_norm", "final_layer_norm")
        (names.attentionOutput, names.up, names.down) = ("self_attn.out_proj", "fc1", "fc2")
        return names
    }()

    /// The table of positions begins with two rows that the first training had for padding.
    public static let plain = {
        var shape = DecoderShape(
            norm: .layer, epsilon: 1e-5, rotary: nil, activation: .relu, isGated: false, biases: [.attention, .mlp],
            isTied: true)
        shape.positionOffset = 2
        return shape
    }()

    public static var presets: [(name: String, shape: DecoderShape)] {
        [("opt-125m", 768, 12, 12), ("opt-1.3b", 2048, 24, 32)].map { name, width, layers, heads in
            let shape = plain.sized(
                vocabularySize: 50272, contextLength: 2048, width: width, layers: layers, heads: heads,
                innerWidth: 4 * width, isTied: true)
            return (name, shape)
        }
    }

    /// OPT-350m alone has its norms behind attention and MLP, and embeddings that are narrower than the stream.
    public static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        for (key, expected) in [
            ("do_layer_norm_before", true), ("_remove_final_layer_norm", false),
            ("layer_norm_elementwise_affine", true),
        ] {
            try reader.require(key, expected)
        }
        if let width = try reader.integer("word_embed_proj_dim"), width != shape.width {
            throw Failure(
                .badData, "word_embed_proj_dim is \(width), and only hidden_size, \(shape.width), is supported",
                at: reader.place)
        }
        if try reader.bool("enable_bias") == false { shape.biases = [] }
    }

    public static func write(_ shape: DecoderShape, into json: inout JSONObject) {
        json["enable_bias"] = .bool(!shape.biases.isEmpty)
    }
}

public typealias OPTConfiguration = DecoderConfiguration<OPT>
public typealias OPTModel = DecoderModel<OPT>
