import Serialization

/// How well a graph of scores finds a circuit that is known, beside scorers that know nothing.
public struct CircuitRecovery: Sendable, Equatable {
    /// The measures over some items.
    public struct Comparison: Sendable, Equatable {
        public let items: Int
        public let trueItems: Int
        public let measures: RecoveryMeasures
        public let random: RandomScorers
    }

    private struct Item {
        let isEmbedding: Bool
        let found: CircuitGraph.Mark
        let truth: CircuitGraph.Mark
    }

    /// Nodes where the found graph has scores of nodes, else edges.
    public let level: CircuitLevel
    public let all: Comparison
    /// The same without what the embedding writes, which nearly every method finds; nil where the circuit has nothing
    /// else, or is all the rest.
    public let withoutEmbedding: Comparison?

    /// The magnitude of a score counts. A graph without scores, a circuit alone, counts 1 inside and 0 outside.
    ///
    /// - Parameters:
    ///   - found: With scores.
    ///   - truth: What is in the graph is true. Its scores, where they differ, are the known effects.
    ///   - seed: Decides the random scorers.
    /// - Throws: `.badData` for graphs of different models, or a truth that holds everything or nothing.
    public init(found: CircuitGraph, truth: CircuitGraph, seed: UInt64 = 42) throws(Failure) {
        guard found.shape == truth.shape else {
            throw Failure(
                .badData,
                "the graphs are of different models: one \(found.shape.summary), the other \(truth.shape.summary)",
                remedy: "score a graph beside the truth of the model that it was found in")
        }
        level = found.nodes.contains { found[$0].score != nil } ? .node : .edge
        let items: [Item] =
            switch level {
            case .node:
                found.nodes.dropLast().map { Item(isEmbedding: $0 == .input, found: found[$0], truth: truth[$0]) }
            case .edge: found.edges.map { Item(isEmbedding: $0.writer == .input, found: found[$0], truth: truth[$0]) }
            }
        let topology = level == .edge ? CircuitTopology(found.shape) : nil
        let hasScores = items.contains { ($0.found.score ?? 0) != 0 }
        let hasEffects = items.contains { $0.truth.score != items.first?.truth.score }

        func comparison(_ items: [Item], _ topology: CircuitTopology?) -> Comparison? {
            let isTrue = items.map(\.truth.isInGraph)
            guard isTrue.contains(true), isTrue.contains(false) else { return nil }
            let effects = hasEffects ? items.map { $0.truth.score ?? 0 } : nil
            func measure(_ scores: [Double]) -> RecoveryMeasures {
                RecoveryMeasures(scores: scores, isTrue: isTrue, effects: effects, topology: topology)
            }
            return Comparison(
                items: items.count, trueItems: isTrue.count { $0 },
                measures: measure(items.map { hasScores ? $0.found.score ?? 0 : $0.found.isInGraph ? 1 : 0 }),
                random: RandomScorers(items: items.count, seed: seed, measure: measure))
        }
        guard let all = comparison(items, topology) else {
            let what = items.contains { $0.truth.isInGraph } ? "all \(items.count)" : "none of the \(items.count)"
            throw Failure(
                .badData,
                "the truth has \(what) \(level.rawValue)s of the model in its circuit: there is nothing to find",
                remedy: level == .node
                    ? "the scores are of nodes: in the truth's 'nodes', in_graph has to be true for those of the circuit and "
                        + "false for the others"
                    : "in the truth's 'edges', in_graph has to be true for those of the circuit and false for the others"
            )
        }
        self.all = all
        withoutEmbedding = comparison(items.filter { !$0.isEmbedding }, nil)
    }
}

extension CircuitRecovery {
    /// The measures of all items, with `random` beside them, and the same `without_embedding`.
    public var json: JSONValue {
        var members = JSONObject([("level", .string(level.rawValue))])
        for (key, value) in all.members { members[key] = value }
        members["without_embedding"] = withoutEmbedding.map { .object(JSONObject($0.members)) } ?? .null
        return .object(members)
    }
}

extension CircuitRecovery.Comparison {
    fileprivate var members: [(String, JSONValue)] {
        [("items", .integer(items)), ("true_items", .integer(trueItems))]
            + measures.values.map { ($0.name, .number($0.value)) } + [("random", random.json)]
    }
}

extension CircuitShape {
    fileprivate var summary: String { "\(layers) layers of \(headsPerLayer.max() ?? 0) heads, \(streamWidth) wide" }
}
