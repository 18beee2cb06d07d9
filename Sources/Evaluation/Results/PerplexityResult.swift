import Basics

/// Perplexity of a text, by the protocol that was asked for and by the others that could be measured.
public struct PerplexityResult: SuiteResult {
    public struct Measure: Sendable {
        public var perplexity: Perplexity
        /// The original's perplexity; nil where the original is not there.
        public var original: Double?

        var members: [(String, JSONValue)] {
            [
                ("perplexity", .measure(perplexity.value)), ("tokens", .integer(perplexity.tokens)),
                ("cut", .integer(perplexity.cut)), ("original_perplexity", .measure(original)),
            ]
        }
    }

    public var asked: PerplexityProtocol
    public var protocols: [(kind: PerplexityProtocol, measure: Measure)]

    public subscript(kind: PerplexityProtocol) -> Measure? { protocols.first { $0.kind == kind }?.measure }

    public var json: JSONValue {
        // The one that was asked for stands by itself as well.
        .object(
            JSONObject(
                (self[asked]?.members ?? []) + [
                    ("protocol", .string(asked.rawValue)),
                    (
                        "protocols",
                        .object(
                            JSONObject(protocols.map { ($0.kind.rawValue, .object(JSONObject($0.measure.members))) }))
                    ),
                ]))
    }

    init(asked: PerplexityProtocol, protocols: [(kind: PerplexityProtocol, measure: Measure)] = []) {
        (self.asked, self.protocols) = (asked, protocols)
    }

    public init?(_ json: JSONValue) {
        guard let asked = json["protocol"]?.string.flatMap(PerplexityProtocol.init(rawValue:)),
            let members = json["protocols"]?.object?.members
        else { return nil }
        self.init(asked: asked)
        for (name, value) in members {
            guard let kind = PerplexityProtocol(rawValue: name), let measure = Measure(value) else { return nil }
            protocols.append((kind, measure))
        }
    }
}

extension PerplexityResult.Measure {
    fileprivate init?(_ json: JSONValue) {
        guard let perplexity = Perplexity(json) else { return nil }
        self.perplexity = perplexity
        original = json["original_perplexity"]?.number
    }
}

extension Perplexity {
    /// Reads `perplexity`, `tokens` and, where it is there, `cut`.
    init?(_ json: JSONValue) {
        guard let value = json["perplexity"], let tokens = json["tokens"]?.count,
            value == .null || value.number.map({ $0 > 0 }) == true
        else { return nil }
        self.init(value: value.number ?? .infinity, tokens: tokens, cut: json["cut"]?.count ?? 0)
    }
}
