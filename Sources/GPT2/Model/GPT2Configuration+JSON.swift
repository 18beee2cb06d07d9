import Foundation
import Serialization

extension GPT2Configuration {
    /// Reads `config.json`.
    ///
    /// - Throws: `.badData` naming the key, for anything that is not GPT-2 as it was published: another activation,
    ///   untied embeddings, cross-attention, other scales of attention.
    public static func load(_ url: URL) throws(Failure) -> GPT2Configuration {
        try GPT2Configuration(JSONFile.readObject(url, maximumBytes: 4_000_000), at: url.path)
    }

    public init(_ json: JSONObject, at place: String) throws(Failure) {
        func integer(_ key: String) throws(Failure) -> Int? {
            guard let value = json[key], value != .null else { return nil }
            guard let number = value.integer else {
                throw Failure(.badData, "\(key) is \(value.kind), not a whole number", at: place)
            }
            return number
        }
        func required(_ key: String, _ alternative: String? = nil) throws(Failure) -> Int {
            if let value = try integer(key) { return value }
            if let alternative, let value = try integer(alternative) { return value }
            throw Failure(.badData, "\(key) is missing", at: place)
        }
        try Self.refuseOtherModels(json, at: place)
        self.init(
            vocabularySize: try required("vocab_size"), contextLength: try required("n_positions", "n_ctx"),
            width: try required("n_embd"), layers: try required("n_layer"), heads: try required("n_head"),
            innerWidth: 1, endOfText: try integer("eos_token_id"))
        if let epsilon = json["layer_norm_epsilon"] {
            guard let number = epsilon.number else {
                throw Failure(.badData, "layer_norm_epsilon is \(epsilon.kind), not a number", at: place)
            }
            self.epsilon = Float(number)
        }
        // Taken before the product is formed: the width is still what the file says.
        guard (1...(1 << 24)).contains(width) else {
            throw Failure(.badData, "n_embd is \(width), and must be from 1 to \(1 << 24)", at: place)
        }
        innerWidth = try integer("n_inner") ?? 4 * width
        try validate(at: place)
        for (key, value) in json.members where !Self.writtenKeys.contains(key) { otherKeys[key] = value }
    }

    private static func refuseOtherModels(_ json: JSONObject, at place: String) throws(Failure) {
        if let type = json["model_type"], type != "gpt2" {
            throw Failure(.badData, "model_type is \(type.text(indented: false)), not \"gpt2\"", at: place)
        }
        let activation = json["activation_function"] ?? "gelu_new"
        // Two names of one function, the tanh form.
        guard activation == "gelu_new" || activation == "gelu_pytorch_tanh" else {
            throw Failure(
                .badData, "activation_function is \(activation.text(indented: false)), and only \"gelu_new\" is known",
                at: place)
        }
        for (key, expected) in [
            ("tie_word_embeddings", true), ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false),
            ("add_cross_attention", false),
        ] {
            if let value = json[key], value != .null, value.bool != expected {
                throw Failure(
                    .badData, "\(key) is \(value.text(indented: false)), and only \(expected) is supported", at: place)
            }
        }
    }

    /// Keys that `json` writes, and those that described the file they were read from.
    private static let writtenKeys: Set<String> = [
        "architectures", "model_type", "vocab_size", "n_positions", "n_ctx", "n_embd", "n_layer", "n_head", "n_inner",
        "activation_function", "layer_norm_epsilon", "bos_token_id", "eos_token_id", "tie_word_embeddings", "dtype",
        "torch_dtype", "transformers_version", "_name_or_path",
    ]

    /// The file's content, as `transformers` reads it.
    public var json: JSONValue {
        var object = JSONObject([
            ("architectures", ["GPT2LMHeadModel"]), ("model_type", "gpt2"), ("vocab_size", .integer(vocabularySize)),
            ("n_positions", .integer(contextLength)), ("n_ctx", .integer(contextLength)), ("n_embd", .integer(width)),
            ("n_layer", .integer(layers)), ("n_head", .integer(heads)),
            ("n_inner", innerWidth == 4 * width ? .null : .integer(innerWidth)), ("activation_function", "gelu_new"),
            // The shortest decimal of the fp32 value: 1e-05, not 9.999999747378752e-06.
            ("layer_norm_epsilon", .number(Double("\(epsilon)") ?? Double(epsilon))),
            ("tie_word_embeddings", true), ("dtype", "float32"),
        ])
        if let endOfText {
            object["bos_token_id"] = .integer(endOfText)
            object["eos_token_id"] = .integer(endOfText)
        }
        for (key, value) in otherKeys.members { object[key] = value }
        return .object(object)
    }
}

extension GPT2Configuration: Codable {
    private enum CodingKeys: String, CodingKey {
        case vocabularySize = "vocab_size"
        case contextLength = "n_positions"
        case width = "n_embd"
        case layers = "n_layer"
        case heads = "n_head"
        case innerWidth = "n_inner"
        case epsilon = "layer_norm_epsilon"
        case endOfText = "eos_token_id"
    }

    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            vocabularySize: try keys.decode(Int.self, forKey: .vocabularySize),
            contextLength: try keys.decode(Int.self, forKey: .contextLength),
            width: try keys.decode(Int.self, forKey: .width), layers: try keys.decode(Int.self, forKey: .layers),
            heads: try keys.decode(Int.self, forKey: .heads), innerWidth: 1,
            epsilon: try keys.decodeIfPresent(Float.self, forKey: .epsilon) ?? 1e-5,
            endOfText: try keys.decodeIfPresent(Int.self, forKey: .endOfText))
        innerWidth = try keys.decodeIfPresent(Int.self, forKey: .innerWidth) ?? 4 &* width
        try validate()
    }

    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(vocabularySize, forKey: .vocabularySize)
        try keys.encode(contextLength, forKey: .contextLength)
        try keys.encode(width, forKey: .width)
        try keys.encode(layers, forKey: .layers)
        try keys.encode(heads, forKey: .heads)
        try keys.encode(innerWidth, forKey: .innerWidth)
        try keys.encode(epsilon, forKey: .epsilon)
        try keys.encodeIfPresent(endOfText, forKey: .endOfText)
    }
}
