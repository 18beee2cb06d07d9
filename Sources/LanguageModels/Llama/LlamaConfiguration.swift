import Serialization

/// The shape of a Llama model (Touvron et al. 2023), under the names of a Hugging Face `config.json`.
public struct LlamaConfiguration: ModelConfiguration, Equatable {
    public static let modelType = "llama"

    /// V, `vocab_size`.
    public var vocabularySize: Int
    /// `max_position_embeddings`: the longest sequence.
    public var contextLength: Int
    /// D, `hidden_size`.
    public var width: Int
    /// `num_hidden_layers`.
    public var layers: Int
    /// H, `num_attention_heads`.
    public var heads: Int
    /// G, `num_key_value_heads`: each serves H / G query heads; H unless said otherwise.
    public var keyValueHeads: Int
    /// W, `head_dim`: even; D / H unless said otherwise.
    public var headWidth: Int
    /// `intermediate_size`: the width inside the MLP.
    public var innerWidth: Int
    /// `rms_norm_eps`.
    public var epsilon: Float
    /// `rope_theta`: the base of the rotary positions' wavelengths.
    public var theta: Double
    /// `tie_word_embeddings`: whether the head is the token embedding.
    public var isTied: Bool
    /// `eos_token_id`: the first, where there is a list.
    public var endOfText: Int?
    public var otherKeys: JSONObject

    public init(
        vocabularySize: Int, contextLength: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil,
        headWidth: Int? = nil, innerWidth: Int, epsilon: Float = 1e-6, theta: Double = 10_000, isTied: Bool = false,
        endOfText: Int? = nil
    ) {
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.width = width
        self.layers = layers
        self.heads = heads
        self.keyValueHeads = keyValueHeads ?? heads
        self.headWidth = headWidth ?? width / max(heads, 1)
        self.innerWidth = innerWidth
        self.epsilon = epsilon
        self.theta = theta
        self.isTied = isTied
        self.endOfText = endOfText
        otherKeys = JSONObject()
    }

    /// Checks what the rest relies on.
    /// - Throws: `.badData` naming the key.
    public func validate(at place: String? = nil) throws(Failure) {
        // Bounds far above any model; with them no product of sizes overflows.
        let limit = 1 << 24
        for (key, value, most) in [
            ("vocab_size", vocabularySize, limit), ("max_position_embeddings", contextLength, limit),
            ("hidden_size", width, limit), ("intermediate_size", innerWidth, limit),
            ("num_hidden_layers", layers, 4096), ("num_attention_heads", heads, 1 << 12),
            ("num_key_value_heads", keyValueHeads, 1 << 12), ("head_dim", headWidth, 1 << 12),
        ] {
            guard (1...most).contains(value) else {
                throw Failure(.badData, "\(key) is \(value), and must be from 1 to \(most)", at: place)
            }
        }
        guard heads % keyValueHeads == 0 else {
            throw Failure(
                .badData,
                "num_key_value_heads is \(keyValueHeads), which does not divide num_attention_heads, \(heads)",
                at: place)
        }
        guard headWidth % 2 == 0 else {
            throw Failure(.badData, "head_dim is \(headWidth), and rotary positions need an even number", at: place)
        }
        guard epsilon > 0, epsilon < 1 else {
            throw Failure(.badData, "rms_norm_eps is \(epsilon), and must be above 0 and below 1", at: place)
        }
        guard theta >= 1, theta <= 1e12 else {
            throw Failure(.badData, "rope_theta is \(theta), and must be from 1 to 1e12", at: place)
        }
    }
}
