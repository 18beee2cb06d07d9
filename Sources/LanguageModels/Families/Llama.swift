import Basics

/// Llama (Touvron et al. 2023): root-mean-square norms, rotary positions with their scalings, groups of query heads that
/// share keys and values, a gated MLP, biases where the file says so, and a head that may be the token embedding.
/// SmolLM2 and TinyLlama are Llamas too.
public enum Llama: DecoderFamily {
    public static let modelType = "llama"
    public static let architecture = "LlamaForCausalLM"
    public static let keys = DecoderKeys()
    public static let names = DecoderNames()
    public static let plain = DecoderShape(
        norm: .rootMeanSquare, epsilon: 1e-6, rotary: RotaryPositions(), activation: .silu, isGated: true)

    public static var presets: [(name: String, shape: DecoderShape)] {
        var small = plain.sized(
            vocabularySize: 49152, contextLength: 8192, width: 576, layers: 30, heads: 9, keyValueHeads: 3,
            innerWidth: 1536, isTied: true)
        var tiny = plain.sized(
            vocabularySize: 32000, contextLength: 2048, width: 2048, layers: 22, heads: 32, keyValueHeads: 4,
            innerWidth: 5632, isTied: false)
        var large = plain.sized(
            vocabularySize: 128_256, contextLength: 131_072, width: 2048, layers: 16, heads: 32, keyValueHeads: 8,
            innerWidth: 8192, isTied: true)
        (small.epsilon, tiny.epsilon, large.epsilon) = (1e-5, 1e-5, 1e-5)
        small.rotary = RotaryPositions(theta: 100_000)
        large.rotary = RotaryPositions(
            theta: 500_000, scaling: .llama3(factor: 32, lowFactor: 1, highFactor: 4, originalContext: 8192))
        return [("smollm2-135m", small), ("tinyllama-1.1b", tiny), ("llama-3.2-1b", large)]
    }

    public static func read(_ reader: ConfigurationReader, into shape: inout DecoderShape) throws(Failure) {
        try reader.require("rope_interleaved", false)
        if try reader.bool("attention_bias") ?? false { shape.biases.formUnion(.attention) }
        if try reader.bool("mlp_bias") ?? false { shape.biases.insert(.mlp) }
        try reader.refuseWindow(try reader.integer("sliding_window"), in: shape)
    }

    public static func write(_ shape: DecoderShape, into json: inout JSONObject) {
        json["attention_bias"] = .bool(shape.biases.contains(.projections))
        json["mlp_bias"] = .bool(shape.biases.contains(.mlp))
    }
}

public typealias LlamaConfiguration = DecoderConfiguration<Llama>
public typealias LlamaModel = DecoderModel<Llama>

extension DecoderConfiguration<Llama> {
    /// - Parameters:
    ///   - vocabularySize: V, rows of the token embedding.
    ///   - contextLength: The longest sequence.
    ///   - width: D, of the residual stream.
    ///   - layers: How many there are.
    ///   - heads: H, query heads of a layer.
    ///   - keyValueHeads: As many as heads unless said otherwise.
    ///   - headWidth: D / H unless said otherwise.
    ///   - innerWidth: Inside the MLP.
    ///   - epsilon: Of the norms.
    ///   - theta: The base of the rotary frequencies.
    ///   - isTied: Whether the head is the token embedding.
    ///   - endOfText: The token that ends a text.
    public init(
        vocabularySize: Int, contextLength: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil,
        headWidth: Int? = nil, innerWidth: Int, epsilon: Float = 1e-6, theta: Double = 10_000, isTied: Bool = false,
        endOfText: Int? = nil
    ) {
        var shape = Llama.plain
        (shape.vocabularySize, shape.contextLength, shape.width) = (vocabularySize, contextLength, width)
        (shape.layers, shape.heads, shape.innerWidth) = (layers, heads, innerWidth)
        (shape.keyValueHeads, shape.headWidth) = (keyValueHeads ?? 0, headWidth ?? 0)
        (shape.epsilon, shape.isTied) = (epsilon, isTied)
        shape.rotary = RotaryPositions(theta: theta)
        self.init(shape, endOfText: endOfText)
    }
}

extension ConfigurationReader {
    /// Refuses attention that sees only the newest tokens, where that is less than the context.
    func refuseWindow(_ size: Int?, in shape: DecoderShape) throws(Failure) {
        if let size, size < shape.contextLength {
            throw Failure(
                .badData,
                "sliding_window is \(size), and only attention to the whole context is supported, of "
                    + "\(shape.contextLength) tokens", at: place)
        }
        for (layer, type) in (json["layer_types"]?.array ?? []).enumerated() where type != "full_attention" {
            guard type == "sliding_attention", size != nil else {
                throw Failure(
                    .badData,
                    "layer_types has \(type.text(indented: false)) for layer \(layer), and only "
                        + "\"full_attention\" is supported", at: place)
            }
        }
    }
}
