import Basics

/// What scorers that know nothing reach on the same items: the measure of chance that every score stands beside.
public struct RandomScorers: Sendable, Equatable {
    public static let defaultCount = 400

    /// A measure over all scorers: its mean, and the interval that holds 95 % of them.
    public struct Spread: Sendable, Equatable {
        public let name: String
        public let mean: Double
        public let low: Double
        public let high: Double

        /// - Parameters:
        ///   - name: the measure's.
        ///   - values: what each scorer reached; at least one.
        public init(name: String, of values: [Double]) {
            let values = values.sorted()
            func quantile(_ share: Double) -> Double { values[Int((share * Double(values.count - 1)).rounded())] }
            self.name = name
            mean = values.reduce(0, +) / Double(values.count)
            (low, high) = (quantile(0.025), quantile(0.975))
        }
    }

    public let count: Int
    public let spreads: [Spread]

    public subscript(name: String) -> Spread? { spreads.first { $0.name == name } }

    /// - Parameter measure: Of scores that are drawn evenly from 0 to 1.
    init(
        items: Int, count: Int = defaultCount, seed: UInt64, measure: ([Double]) -> RecoveryMeasures
    ) {
        self.count = count
        var reached: [String: [Double]] = [:]
        for scorer in 0..<count {
            var random = SeededRandom(seed: seed, stream: "random scorer \(scorer)")
            let scores = (0..<items).map { _ in random.uniform() }
            for (name, value) in measure(scores).values { reached[name, default: []].append(value) }
        }
        spreads = RecoveryMeasures.names.compactMap { name in
            reached[name].map { Spread(name: name, of: $0) }
        }
    }

    public var json: JSONValue {
        let members = spreads.map { spread -> (String, JSONValue) in
            (spread.name, ["mean": .number(spread.mean), "low": .number(spread.low), "high": .number(spread.high)])
        }
        return .object(JSONObject([("scorers", .integer(count))] + members))
    }
}
