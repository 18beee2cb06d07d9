import Basics

/// GPT-NeoX (Black et al. 2022), of which Pythia (Biderman et al. 2023) is the best known: layer norms, attention and MLP
/// side by side, rotary positions in a part of each head, and a head of its own.
public enum GPTNeoX: DecoderFamily {
    public static let modelType = "gpt_neox"
    public static let architecture = "GPTNeoXForCausalLM"
    public static let keys = {
        var keys = DecoderKeys()
        (keys.keyValueHeads, keys.headWidth, keys.epsilon) = (nil, nil, "layer_norm_eps")
        (keys.rotaryBase, keys.rotaryShare, keys.hasRotaryShare) = ("rotary_emb_base", "rotary_pct", true)
        return keys
    }()

    public static let names = {
        var names = DecoderNames()
        (names.prefix, names.embedding, names.head) = ("gpt_neox.", "embed_in", "embed_out.weight")
        names.projections = .fused("attention.query_key_value", byHead: true)
        (names.attentionOutput, names.finalNorm) = ("attention.dense", "final_layer_norm")
        (names.up, names.down) = ("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
        return names
    }()

    public static let plain = {
        var shape = DecoderShape(
            norm: .layer, epsilon: 1e-5, rotary: RotaryPositions(share: 0.25), activation: .gelu, isGated: false,
            biases: [.attention, .mlp])
        shape.isParallel = true
        return shape
    }()

    public static var presets: [(name: String, shape: DecoderShape)] {
        [("pythia-70m", 512, 6, 8), ("pythia-160m", 768, 12, 12), ("pythia-410m", 1024, 24, 16)]
            .map { name, width, layers, heads in
                let shape = plain.sized(
                    vocabularySize: 50304, contextLength: 2048, width: width, layers: layers, heads: heads,
                    innerWidth: 4 * width, isTied: false)
                return (name, shape)
            }
    }

    public static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        if try reader.bool("attention_bias") == false { shape.biases.subtract(.attention) }
        shape.isParallel = try reader.bool("use_parallel_residual") ?? true
    }

    public static func write(_ shape: DecoderShape, into json: inout JSONObject) {
        json["attention_bias"] = .bool(shape.biases.contains(.projections))
        json["use_parallel_residual"] = .bool(shape.isParallel)
    }
}

public typealias GPTNeoXConfiguration = DecoderConfiguration<GPTNeoX>
public typealias GPTNeoXModel = DecoderModel<GPTNeoX>
