import Basics
import LanguageModels

/// A family that only the tests have: a file for it is all that a family takes whose mathematics is known. StableLM has
/// Llama's parts with layer norms, and turns a part of each head.
enum StableLM: DecoderFamily {
    static let modelType = "stablelm"
    static let architecture = "StableLmForCausalLM"
    static let keys = {
        var keys = DecoderKeys()
        (keys.headWidth, keys.epsilon, keys.hasRotaryShare) = (nil, "layer_norm_eps", true)
        return keys
    }()
    static let names = DecoderNames()
    static let plain = DecoderShape(
        norm: .layer, epsilon: 1e-5, rotary: RotaryPositions(share: 0.25), activation: .silu, isGated: true)

    static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        try reader.require("qk_layernorm", false)
        if try reader.bool("use_qkv_bias") ?? false { shape.biases.insert(.projections) }
        shape.isParallel = try reader.bool("use_parallel_residual") ?? false
    }

    static func write(_ shape: DecoderShape, into json: inout JSONObject) {
        json["use_qkv_bias"] = .bool(shape.biases.contains(.projections))
        json["use_parallel_residual"] = .bool(shape.isParallel)
    }
}
