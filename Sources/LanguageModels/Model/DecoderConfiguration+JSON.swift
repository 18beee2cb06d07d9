import Basics

extension DecoderConfiguration {
    /// Reads the content of a `config.json`.
    ///
    /// - Throws: `.badData` naming the key, for anything that asks for what is not computed: quantised weights, another
    ///   activation, an unknown scaling of rotary positions, and what the family refuses.
    public init(_ json: JSONObject, at place: String) throws(Failure) {
        let reader = ConfigurationReader(json, at: place)
        let keys = Family.keys
        if let type = json["model_type"], type != .string(Self.modelType) {
            throw Failure(
                .badData, "model_type is \(type.text(indented: false)), not \(quoted(Self.modelType))", at: place)
        }
        try reader.require("add_cross_attention", false)
        if let section = json["quantization_config"], section != .null {
            throw Failure(.badData, "quantization_config is set, and only null is supported", at: place)
        }
        var shape = Family.plain
        for (key, path, _) in keys.sizes {
            shape[keyPath: path] = try reader.required(key.name, shared: key.shared, old: key.old)
        }
        try Self.check(shape, at: place)
        try Self.readHeads(reader, keys, into: &shape)
        shape.innerWidth =
            try keys.hasInnerDefault
            ? reader.integer(keys.innerWidth.name) ?? 4 * shape.width : reader.required(keys.innerWidth.name)
        if let key = keys.epsilon, let epsilon = try reader.number(key) { shape.epsilon = Float(epsilon) }
        shape.activation = try Self.activation(reader, keys.activation) ?? shape.activation
        if let isTied = try reader.bool("tie_word_embeddings") { shape.isTied = isTied }
        if let rotary = shape.rotary {
            shape.rotary = try RotaryPositions(reader, keys, plain: rotary, contextLength: shape.contextLength)
        }
        try Family.read(reader, into: &shape)

        self.init(shape, endOfText: try reader.endOfText())
        try validate(at: place)
        let written = writtenKeys
        for (key, value) in json.members where !written.contains(ExactString(key)) { otherKeys[key] = value }
    }

    private static func readHeads(
        _ reader: ConfigurationReader, _ keys: DecoderKeys, into shape: inout DecoderShape
    ) throws(Failure) {
        if let count = try keys.keyValueHeads.flatMap({ key throws(Failure) in try reader.integer(key) }) {
            guard count > 0 else {
                throw Failure(
                    .badData, "\(keys.keyValueHeads ?? "") is \(count), and must be above 0", at: reader.place)
            }
            shape.keyValueHeads = count
        }
        if let width = try keys.headWidth.flatMap({ key throws(Failure) in try reader.integer(key) }) {
            guard width > 0 else {
                throw Failure(.badData, "\(keys.headWidth ?? "") is \(width), and must be above 0", at: reader.place)
            }
            shape.headWidth = width
        }
        guard shape.headWidth > 0 || shape.width % shape.heads == 0 else {
            let also = keys.headWidth.map { ", and there is no \($0)" } ?? ""
            throw Failure(
                .badData,
                "\(keys.heads.name) is \(shape.heads), which does not divide \(keys.width.name), \(shape.width)\(also)",
                at: reader.place)
        }
    }

    private static func activation(_ reader: ConfigurationReader, _ key: String) throws(Failure) -> Activation? {
        guard let value = reader.json[key], value != .null else { return nil }
        guard let activation = value.string.flatMap(Activation.init(named:)) else {
            let known = Activation.allCases.flatMap(\.names).joined(separator: ", ")
            throw Failure(
                .badData, "\(key) is \(value.text(indented: false)), which is not supported", at: reader.place,
                remedy: "Known are \(known).")
        }
        return activation
    }

    /// What the shape says, as `transformers` reads it.
    private var ownKeys: JSONObject {
        let keys = Family.keys
        var json = JSONObject([
            ("architectures", [.string(Family.architecture)]), ("model_type", .string(Self.modelType)),
        ])
        for (key, path, _) in keys.sizes { json[key.name] = .integer(shape[keyPath: path]) }
        if let key = keys.keyValueHeads { json[key] = .integer(shape.keyValueHeads) }
        if let key = keys.headWidth { json[key] = .integer(shape.headWidth) }
        json[keys.innerWidth.name] = .integer(shape.innerWidth)
        json[keys.activation] = .string(shape.activation.rawValue)
        // The shortest decimal of the fp32 value: 1e-05, not 9.999999747378752e-06.
        if let key = keys.epsilon { json[key] = .number(Double("\(shape.epsilon)") ?? Double(shape.epsilon)) }
        shape.rotary?.write(keys, into: &json)
        json["tie_word_embeddings"] = .bool(shape.isTied)
        Family.write(shape, into: &json)
        json["dtype"] = "float32"
        return json
    }

    /// Keys whose values are the shape's, whatever the file said: what the weights are saved as, too. All others are
    /// kept as they were, and so are those that may say one thing in several ways.
    private var writtenKeys: Set<ExactString> {
        let keys = Family.keys
        var written = Set(ownKeys.members.map { ExactString($0.key) })
        written.formUnion(keys.sizes.compactMap(\.key.shared).map { ExactString($0) })
        written.insert("torch_dtype")
        for key in [keys.activation, "rope_scaling"] { written.remove(ExactString(key)) }
        return written
    }

    public var json: JSONValue {
        var json = ownKeys
        if let endOfText { json["eos_token_id"] = .integer(endOfText) }
        for (key, value) in otherKeys.members { json[key] = value }
        return .object(json)
    }
}
