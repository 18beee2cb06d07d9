import Basics

/// Qwen3 (Yang et al. 2025): Llama with norms of queries and keys, head by head, and heads of a width of their own.
public enum Qwen3: DecoderFamily {
    public static let modelType = "qwen3"
    public static let architecture = "Qwen3ForCausalLM"
    public static let keys = DecoderKeys()
    public static let names = DecoderNames()
    /// Where a file says nothing of the width of heads, it is 128.
    public static let plain = {
        var shape = DecoderShape(
            headWidth: 128, norm: .rootMeanSquare, epsilon: 1e-6, rotary: RotaryPositions(), activation: .silu,
            isGated: true)
        shape.normalizesHeads = true
        return shape
    }()

    public static var presets: [(name: String, shape: DecoderShape)] {
        var shape = plain.sized(
            vocabularySize: 151_936, contextLength: 40_960, width: 1024, layers: 28, heads: 16, keyValueHeads: 8,
            innerWidth: 3072, isTied: true)
        shape.rotary = RotaryPositions(theta: 1e6)
        return [("qwen3-0.6b", shape)]
    }

    public static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        if try reader.bool("attention_bias") ?? false { shape.biases.formUnion(.attention) }
        try reader.readQwenWindow(into: shape)
    }

    public static func write(_ shape: DecoderShape, into json: inout JSONObject) {
        json["attention_bias"] = .bool(shape.biases.contains(.projections))
    }
}

public typealias Qwen3Configuration = DecoderConfiguration<Qwen3>
public typealias Qwen3Model = DecoderModel<Qwen3>
