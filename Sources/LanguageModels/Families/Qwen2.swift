import Basics

/// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases for queries, keys and values.
public enum Qwen2: DecoderFamily {
    public static let modelType = "qwen2"
    public static let architecture = "Qwen2ForCausalLM"
    public static let keys = {
        var keys = DecoderKeys()
        keys.headWidth = nil
        return keys
    }()
    public static let names = DecoderNames()
    public static let plain = DecoderShape(
        norm: .rootMeanSquare, epsilon: 1e-6, rotary: RotaryPositions(), activation: .silu, isGated: true,
        biases: .projections)

    public static var presets: [(name: String, shape: DecoderShape)] {
        var shape = plain.sized(
            vocabularySize: 151_936, contextLength: 32_768, width: 896, layers: 24, heads: 14, keyValueHeads: 2,
            innerWidth: 4864, isTied: true)
        shape.rotary = RotaryPositions(theta: 1e6)
        return [("qwen2.5-0.5b", shape)]
    }

    public static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        try reader.readQwenWindow(into: shape)
    }

    public static func write(_ shape: DecoderShape, into json: inout JSONObject) {}
}

public typealias Qwen2Configuration = DecoderConfiguration<Qwen2>
public typealias Qwen2Model = DecoderModel<Qwen2>

extension ConfigurationReader {
    /// A window counts with `use_sliding_window`, in the layers from `max_window_layers` on or those that `layer_types`
    /// names.
    func readQwenWindow(into shape: DecoderShape) throws(Failure) {
        let isUsed = try bool("use_sliding_window") ?? false
        let first = try integer("max_window_layers") ?? 28
        let isReached = json["layer_types"]?.array != nil || first < shape.layers
        try refuseWindow(isUsed && isReached ? integer("sliding_window") ?? 4096 : nil, in: shape)
    }
}
