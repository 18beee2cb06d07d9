import Foundation
import Serialization

extension GPT2Configuration {
    /// Reads the content of a `config.json`.
    ///
    /// - Throws: `.badData` naming the key, for anything that is not GPT-2 as it was published: another activation,
    ///   untied embeddings, cross-attention, other scales of attention.
    public init(_ json: JSONObject, at place: String) throws(Failure) {
        let reader = ConfigurationReader(json, at: place)
        try Self.refuseOtherModels(reader)
        // The names that all models share are those of GPT2Config's attribute_map; OpenAI wrote n_ctx.
        self.init(
            vocabularySize: try reader.required("vocab_size"),
            contextLength: try reader.required("n_positions", shared: "max_position_embeddings", old: "n_ctx"),
            width: try reader.required("n_embd", shared: "hidden_size"),
            layers: try reader.required("n_layer", shared: "num_hidden_layers"),
            heads: try reader.required("n_head", shared: "num_attention_heads"), innerWidth: 1,
            endOfText: try reader.endOfText())
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
        innerWidth = try reader.integer("n_inner") ?? 4 * width
        try validate(at: place)
        for (key, value) in json.members where !Self.writtenKeys.contains(ExactString(key)) { otherKeys[key] = value }
    }

    private static func refuseOtherModels(_ reader: ConfigurationReader) throws(Failure) {
        let (json, place) = (reader.json, reader.place)
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
            try reader.require(key, expected)
        }
    }

    /// The names that `transformers` has for one function, 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
    private static let tanhForms = ["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate"]

    /// Keys that `json` writes itself: the model's shape, and what its weights are saved as. All others are kept as
    /// they were.
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
