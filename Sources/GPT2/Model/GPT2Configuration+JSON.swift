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
        // The names that all models share (GPT2Config's attribute_map) win over GPT-2's own where a file has both, as in
        // `transformers`; OpenAI wrote n_ctx.
        func required(_ key: String, shared: String? = nil, old: String? = nil) throws(Failure) -> Int {
            for name in [shared, key, old].compactMap({ $0 }) { if let value = try integer(name) { return value } }
            let also = [shared, old].compactMap { $0 }.map { ", and so is \($0)" }.joined()
            throw Failure(.badData, "\(key) is missing\(also)", at: place)
        }
        try Self.refuseOtherModels(json, at: place)
        self.init(
            vocabularySize: try required("vocab_size"),
            contextLength: try required("n_positions", shared: "max_position_embeddings", old: "n_ctx"),
            width: try required("n_embd", shared: "hidden_size"),
            layers: try required("n_layer", shared: "num_hidden_layers"),
            heads: try required("n_head", shared: "num_attention_heads"), innerWidth: 1,
            endOfText: try Self.endOfText(json, at: place))
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
        for (key, value) in json.members where !Self.writtenKeys.contains(ExactString(key)) { otherKeys[key] = value }
    }

    private static func refuseOtherModels(_ json: JSONObject, at place: String) throws(Failure) {
        if let type = json["model_type"], type != "gpt2" {
            throw Failure(.badData, "model_type is \(type.text(indented: false)), not \"gpt2\"", at: place)
        }
        let activation = json["activation_function"] ?? "gelu_new"
        guard tanhForms.contains(where: { activation == .string($0) }) else {
            throw Failure(
                .badData,
                "activation_function is \(activation.text(indented: false)), and only GPT-2's own is supported, the tanh form "
                    + "of GELU: \(tanhForms.joined(separator: ", "))", at: place)
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

    /// The names that `transformers` has for one function, 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
    private static let tanhForms = ["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate"]

    /// The token that ends a text: the first, where there are several.
    private static func endOfText(_ json: JSONObject, at place: String) throws(Failure) -> Int? {
        guard let value = json["eos_token_id"], value != .null else { return nil }
        if let number = value.integer { return number }
        guard let list = value.array else {
            throw Failure(.badData, "eos_token_id is \(value.kind), neither a whole number nor a list of them", at: place)
        }
        for item in list where item.integer == nil {
            throw Failure(.badData, "eos_token_id holds \(item.kind), not a whole number", at: place)
        }
        return list.first?.integer
    }

    /// Keys that `json` writes itself: the model's shape, and what its weights are saved as. All others are kept as they were.
    private static let writtenKeys: Set<ExactString> = [
        "architectures", "model_type", "vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner",
        "max_position_embeddings", "hidden_size", "num_hidden_layers", "num_attention_heads",
        "layer_norm_epsilon", "tie_word_embeddings", "dtype", "torch_dtype",
    ]

    /// The file's content, as `transformers` reads it.
    public var json: JSONValue {
        var object = JSONObject([
            ("architectures", ["GPT2LMHeadModel"]), ("model_type", "gpt2"), ("vocab_size", .integer(vocabularySize)),
            ("n_positions", .integer(contextLength)), ("n_embd", .integer(width)),
            ("n_layer", .integer(layers)), ("n_head", .integer(heads)),
            ("n_inner", innerWidth == 4 * width ? .null : .integer(innerWidth)), ("activation_function", "gelu_new"),
            // The shortest decimal of the fp32 value: 1e-05, not 9.999999747378752e-06.
            ("layer_norm_epsilon", .number(Double("\(epsilon)") ?? Double(epsilon))),
            ("tie_word_embeddings", true), ("dtype", "float32"),
        ])
        if let endOfText { object["eos_token_id"] = .integer(endOfText) }
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
