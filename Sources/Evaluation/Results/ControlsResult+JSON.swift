import Basics

extension ControlsResult: SuiteResult {
    /// `exchanges`: name -> what happens at each aligned layer; `probes`: name -> the share that each map reads.
    public var json: JSONValue {
        var names: [String] = []
        var cells: [[JSONValue]] = []
        for exchange in exchanges {
            let cell: JSONValue = [
                "layer": .integer(exchange.layer), "compiled_layer": .integer(exchange.state),
                "dimension": .integer(exchange.dimension), "own": exchange.own.json, "random": exchange.random.json,
            ]
            if let index = names.firstIndex(where: { $0.hasSameBytes(as: exchange.variable) }) {
                cells[index].append(cell)
            } else {
                names.append(exchange.variable)
                cells.append([cell])
            }
        }
        return [
            "width": .integer(width), "prompts": .integer(prompts), "final": .string(final),
            "exchanges": .object(JSONObject(zip(names, cells).map { ($0, .array($1)) })), "probes": probes.json,
        ]
    }

    public init?(_ json: JSONValue) {
        guard let width = json["width"]?.count, let prompts = json["prompts"]?.count,
            let final = json["final"]?.string, let named = json["exchanges"]?.object?.members,
            let probes = json["probes"].flatMap(Probes.init)
        else { return nil }
        (self.width, self.prompts, self.final, self.probes, exchanges) = (width, prompts, final, probes, [])
        for (name, value) in named {
            for cell in value.array ?? [] {
                guard let layer = cell["layer"]?.count, let state = cell["compiled_layer"]?.count,
                    let dimension = cell["dimension"]?.count, let own = cell["own"].flatMap(Effect.init),
                    let random = cell["random"].flatMap(Effect.init)
                else { return nil }
                exchanges.append(
                    Exchange(
                        variable: name, layer: layer, state: state, dimension: dimension, own: own, random: random))
            }
        }
    }
}

extension ControlsResult.Effect {
    private static var parts: [(name: String, part: WritableKeyPath<Self, Proportion>)] {
        [("changing", \.changing), ("keeping", \.keeping), ("others", \.others)]
    }

    fileprivate var json: JSONValue {
        .object(JSONObject(Self.parts.map { ($0.name, .object(JSONObject(self[keyPath: $0.part].members))) }))
    }

    fileprivate init?(_ json: JSONValue) {
        self.init()
        for (name, part) in Self.parts {
            guard let proportion = json[name].flatMap(Proportion.init) else { return nil }
            self[keyPath: part] = proportion
        }
    }
}

extension ControlsResult.Probes {
    fileprivate var json: JSONValue {
        let all = ControlsResult.Reading.allCases
        func shares(_ share: (ControlsResult.Reading) -> Double?) -> [(String, JSONValue)] {
            all.map { ($0.rawValue, share($0).map(JSONValue.number) ?? .null) }
        }
        return [
            "layer": .integer(layer), "prompts": .integer(prompts), "training_prompts": .integer(trainingPrompts),
            "training_tokens": .integer(trainingTokens), "all": .object(JSONObject(shares { agreement($0) })),
            "variables": .object(
                JSONObject(
                    variables.map { variable in
                        let members: [(String, JSONValue)] = [("n", .integer(variable.n))]
                        return (variable.name, .object(JSONObject(members + shares { variable.agreement[$0] })))
                    })),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let layer = json["layer"]?.count, let prompts = json["prompts"]?.count,
            let trainingPrompts = json["training_prompts"]?.count,
            let trainingTokens = json["training_tokens"]?.count, let named = json["variables"]?.object?.members
        else { return nil }
        (self.layer, self.prompts, self.trainingPrompts, self.trainingTokens) = (
            layer, prompts, trainingPrompts, trainingTokens
        )
        variables = []
        for (name, value) in named {
            guard let n = value["n"]?.count else { return nil }
            var agreement: [ControlsResult.Reading: Double] = [:]
            for reading in ControlsResult.Reading.allCases { agreement[reading] = value[reading.rawValue]?.share }
            variables.append(Variable(name: name, n: n, agreement: agreement))
        }
    }
}
