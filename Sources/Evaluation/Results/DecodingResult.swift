import Basics

/// Shares of variables that are decoded as the interpreter has them.
public struct DecodingResult: SuiteResult {
    public struct Variable: Sendable {
        public var name: String
        public var agreement: Double
        /// The values compared.
        public var n: Int
    }

    /// A residual state of the student; state 0 is the embedding's output.
    public struct Layer: Sendable {
        public var layer: Int
        public var agreement: Double
        public var variables: [(name: String, agreement: Double)]
    }

    /// Of all (token, variable) pairs at the last aligned layer.
    public var agreement: Double
    public var prompts: Int
    /// The last aligned layer.
    public var layer: Int
    public var variables: [Variable]
    public var layers: [Layer]

    public var json: JSONValue {
        [
            "agreement": .number(agreement), "prompts": .integer(prompts), "layer": .integer(layer),
            "variables": .object(
                JSONObject(
                    variables.map {
                        ($0.name, ["agreement": .number($0.agreement), "n": .integer($0.n)])
                    })),
            "layers": .array(
                layers.map { layer in
                    [
                        "layer": .integer(layer.layer), "agreement": .number(layer.agreement),
                        "variables": .object(JSONObject(layer.variables.map { ($0.name, .number($0.agreement)) })),
                    ]
                }),
        ]
    }

    init(_ measured: DecodingAgreement) {
        (agreement, prompts, layer) = (measured.value, measured.prompts, measured.layer)
        variables = measured.variables.map { Variable(name: $0.variable, agreement: $0.value, n: $0.n) }
        layers = measured.layers.enumerated().map { layer, counts in
            Layer(
                layer: layer, agreement: DecodingAgreement.share(counts),
                variables: counts.map { ($0.variable, $0.value) })
        }
    }

    public init?(_ json: JSONValue) {
        guard let agreement = json["agreement"]?.share, let prompts = json["prompts"]?.count,
            let layer = json["layer"]?.count, let variables = json["variables"]?.object?.members,
            let layers = json["layers"]?.array
        else { return nil }
        (self.agreement, self.prompts, self.layer) = (agreement, prompts, layer)
        self.variables = variables.compactMap { name, value in
            guard let agreement = value["agreement"]?.share, let n = value["n"]?.count else { return nil }
            return Variable(name: name, agreement: agreement, n: n)
        }
        self.layers = layers.compactMap(Layer.init)
        guard self.variables.count == variables.count, self.layers.count == layers.count else { return nil }
    }
}

extension DecodingResult.Layer {
    fileprivate init?(_ json: JSONValue) {
        guard let layer = json["layer"]?.count, let agreement = json["agreement"]?.share,
            let members = json["variables"]?.object?.members
        else { return nil }
        (self.layer, self.agreement) = (layer, agreement)
        variables = members.compactMap { name, value in value.share.map { (name, $0) } }
        guard variables.count == members.count else { return nil }
    }
}
