import Serialization

/// The shape of a GPT-2 model, under the names of a Hugging Face `config.json`.
public struct GPT2Configuration: ModelConfiguration, Equatable {
    public static let modelType = "gpt2"

    /// V, `vocab_size`.
    public var vocabularySize: Int
    /// P, `n_positions`: the longest sequence.
    public var contextLength: Int
    /// D, `n_embd`.
    public var width: Int
    /// `n_layer`.
    public var layers: Int
    /// H, `n_head`.
    public var heads: Int
    /// `n_inner`: the width inside the MLP; 4 D unless said otherwise.
    public var innerWidth: Int
    /// `layer_norm_epsilon`.
    public var epsilon: Float
    /// `eos_token_id`: the first, where there is a list.
    public var endOfText: Int?
    /// Keys that mean nothing here (dropout, say) or are spelt in several ways, kept as they were for who reads the
    /// saved file next.
    public var otherKeys: JSONObject

    public init(
        vocabularySize: Int, contextLength: Int, width: Int, layers: Int, heads: Int, innerWidth: Int? = nil,
        epsilon: Float = 1e-5, endOfText: Int? = nil
    ) {
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.width = width
        self.layers = layers
        self.heads = heads
        self.innerWidth = innerWidth ?? 4 * width
        self.epsilon = epsilon
        self.endOfText = endOfText
        otherKeys = JSONObject()
    }

    public static let gpt2 = preset(width: 768, layers: 12, heads: 12)
    public static let gpt2Medium = preset(width: 1024, layers: 24, heads: 16)
    public static let gpt2Large = preset(width: 1280, layers: 36, heads: 20)
    public static let gpt2XL = preset(width: 1600, layers: 48, heads: 25)

    private static func preset(width: Int, layers: Int, heads: Int) -> GPT2Configuration {
        GPT2Configuration(
            vocabularySize: 50257, contextLength: 1024, width: width, layers: layers, heads: heads, endOfText: 50256)
    }

    /// The four published sizes by their names.
    public static let presets: [(name: String, configuration: GPT2Configuration)] = [
        ("gpt2", gpt2), ("gpt2-medium", gpt2Medium), ("gpt2-large", gpt2Large), ("gpt2-xl", gpt2XL),
    ]

    /// The width of one head.
    public var headWidth: Int { width / heads }

    /// OpenAI's name for the context.
    public var keysOfNewFiles: JSONObject { JSONObject([("n_ctx", .integer(contextLength))]) }

    /// Every head has keys and values of its own.
    public var keyValueHeads: Int { heads }

    /// Checks what the rest relies on.
    /// - Throws: `.badData` naming the key.
    public func validate(at place: String? = nil) throws(Failure) {
        // Bounds far above any model; with them no product of sizes overflows.
        let limit = 1 << 24
        for (key, value) in [
            ("vocab_size", vocabularySize), ("n_positions", contextLength), ("n_embd", width), ("n_head", heads),
            ("n_inner", innerWidth),
        ] {
            guard (1...limit).contains(value) else {
                throw Failure(.badData, "\(key) is \(value), and must be from 1 to \(limit)", at: place)
            }
        }
        guard (1...4096).contains(layers) else {
            throw Failure(.badData, "n_layer is \(layers), and must be from 1 to 4096", at: place)
        }
        guard width % heads == 0 else {
            throw Failure(.badData, "n_head is \(heads), which does not divide n_embd, \(width)", at: place)
        }
        guard epsilon > 0, epsilon < 1 else {
            throw Failure(.badData, "layer_norm_epsilon is \(epsilon), and must be above 0 and below 1", at: place)
        }
    }
}
