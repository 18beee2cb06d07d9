import Serialization

extension LlamaConfiguration {
    /// Reads the content of a `config.json`.
    ///
    /// - Throws: `.badData` naming the key, for anything that is not the plain Llama: biases, scaled or partial rotary
    ///   positions, another activation, quantised weights.
    public init(_ json: JSONObject, at place: String) throws(Failure) {
        let reader = ConfigurationReader(json, at: place)
        try Self.refuseOtherModels(reader)
        let (width, heads) = (try reader.required("hidden_size"), try reader.required("num_attention_heads"))
        let headWidth = try reader.integer("head_dim")
        guard headWidth != nil || heads > 0 && width % heads == 0 else {
            throw Failure(
                .badData,
                "num_attention_heads is \(heads), which does not divide hidden_size, \(width), and there is no head_dim",
                at: place)
        }
        self.init(
            vocabularySize: try reader.required("vocab_size"),
            contextLength: try reader.required("max_position_embeddings"), width: width,
            layers: try reader.required("num_hidden_layers"), heads: heads,
            keyValueHeads: try reader.integer("num_key_value_heads"), headWidth: headWidth,
            innerWidth: try reader.required("intermediate_size"), endOfText: try reader.endOfText())
        if let number = try reader.number("rms_norm_eps") { epsilon = Float(number) }
        theta = try Self.theta(reader)
        if let value = json["tie_word_embeddings"], value != .null {
            guard let isTied = value.bool else {
                throw Failure(.badData, "tie_word_embeddings is \(value.kind), neither true nor false", at: place)
            }
            self.isTied = isTied
        }
        try validate(at: place)
        for (key, value) in json.members where !Self.writtenKeys.contains(ExactString(key)) { otherKeys[key] = value }
    }

    private static func refuseOtherModels(_ reader: ConfigurationReader) throws(Failure) {
        let (json, place) = (reader.json, reader.place)
        if let type = json["model_type"], type != .string(modelType) {
            throw Failure(.badData, "model_type is \(type.text(indented: false)), not \(quoted(modelType))", at: place)
        }
        // Two names of one function, x / (1 + exp(-x)).
        let activation = json["hidden_act"] ?? "silu"
        guard activation == "silu" || activation == "swish" else {
            throw Failure(
                .badData, "hidden_act is \(activation.text(indented: false)), and only \"silu\" is supported",
                at: place)
        }
        for key in ["attention_bias", "mlp_bias", "rope_interleaved", "add_cross_attention"] {
            try reader.require(key, false)
        }
        for key in ["quantization_config", "sliding_window", "rope_scaling"] where !isPlain(json[key]) {
            throw Failure(.badData, "\(key) is set, and only null is supported", at: place)
        }
        if let part = try reader.number("partial_rotary_factor"), part != 1 {
            throw Failure(.badData, "partial_rotary_factor is \(part), and only 1 is supported", at: place)
        }
    }

    /// Whether a section that scales or quantises leaves everything as it is.
    private static func isPlain(_ section: JSONValue?) -> Bool {
        guard let section, section != .null else { return true }
        guard let type = section["rope_type"] ?? section["type"] else { return false }
        return type == "default"
    }

    /// `rope_theta`, or what newer files have: a section `rope_parameters`.
    private static func theta(_ reader: ConfigurationReader) throws(Failure) -> Double {
        let key = "rope_parameters"
        guard let section = reader.json[key], section != .null else { return try reader.number("rope_theta") ?? 10_000 }
        guard let object = section.object else {
            throw Failure(.badData, "\(key) is \(section.kind), not an object", at: reader.place)
        }
        let type = object["rope_type"] ?? object["type"] ?? "default"
        guard type == "default" else {
            throw Failure(
                .badData, "\(key) has rope_type \(type.text(indented: false)), and only \"default\" is supported",
                at: reader.place)
        }
        if let part = object["partial_rotary_factor"], part.number != 1 {
            throw Failure(
                .badData, "\(key) has partial_rotary_factor \(part.text(indented: false)), and only 1 is supported",
                at: reader.place)
        }
        let inner = ConfigurationReader(object, at: reader.place)
        if let theta = try inner.number("rope_theta") { return theta }
        return try reader.number("rope_theta") ?? 10_000
    }

    /// Keys that `json` writes itself: the model's shape, and what its weights are saved as. All others are kept as
    /// they were.
    private static let writtenKeys: Set<ExactString> = [
        "architectures", "model_type", "vocab_size", "max_position_embeddings", "hidden_size", "intermediate_size",
        "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta",
        "rope_parameters", "tie_word_embeddings", "dtype", "torch_dtype",
    ]

    /// The file's content, as `transformers` reads it: older versions look for `rope_theta`, newer ones for
    /// `rope_parameters`.
    public var json: JSONValue {
        let rope = JSONObject([("rope_theta", .number(theta)), ("rope_type", "default")])
        var object = JSONObject([
            ("architectures", ["LlamaForCausalLM"]), ("model_type", .string(Self.modelType)),
            ("vocab_size", .integer(vocabularySize)), ("max_position_embeddings", .integer(contextLength)),
            ("hidden_size", .integer(width)), ("intermediate_size", .integer(innerWidth)),
            ("num_hidden_layers", .integer(layers)), ("num_attention_heads", .integer(heads)),
            ("num_key_value_heads", .integer(keyValueHeads)), ("head_dim", .integer(headWidth)),
            ("hidden_act", "silu"),
            // The shortest decimal of the fp32 value: 1e-05, not 9.999999747378752e-06.
            ("rms_norm_eps", .number(Double("\(epsilon)") ?? Double(epsilon))),
            ("rope_theta", .number(theta)), ("rope_parameters", .object(rope)),
            ("tie_word_embeddings", .bool(isTied)), ("dtype", "float32"),
        ])
        if let endOfText { object["eos_token_id"] = .integer(endOfText) }
        for (key, value) in otherKeys.members { object[key] = value }
        return .object(object)
    }
}
