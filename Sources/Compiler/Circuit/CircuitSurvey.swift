import Basics
import Circuits

/// What exchanging each node and each edge of a circuit does to the output, and that exchanging the rest does nothing.
public struct CircuitSurvey: Sendable {
    /// Each edge of the circuit exchanged by itself.
    public private(set) var edges: [CircuitEdge: CircuitEffect] = [:]
    /// Each node of the circuit that writes, exchanged for all its readers.
    public private(set) var nodes: [CircuitNode: CircuitEffect] = [:]
    /// Everything outside the circuit exchanged at once. No output may change.
    public private(set) var outside = CircuitEffect()
    /// A random half of what is outside. No output may change here either.
    public private(set) var outsideInPart = CircuitEffect()
    /// All edges of the circuit exchanged at once, compared with the other input's own output: they must be equal.
    public private(set) var inside = CircuitEffect()

    /// Whether the circuit is all that matters.
    public var isSufficient: Bool { outside.changed + outsideInPart.changed + inside.changed == 0 }

    /// Edges that changed no output on any pair of the survey, each with how many further pairs were tried on which it
    /// changed none either.
    public private(set) var unseen: [CircuitEdge: Int] = [:]

    /// - Throws: `Failure` for an input that the model cannot read.
    public init(_ circuit: CompiledCircuit, on pairs: [CircuitPair], seed: UInt64 = 0) throws {
        let numbered = Array(pairs.enumerated())
        let inside = Set(circuit.edges)
        let outside = circuit.shape.edges.filter { !inside.contains($0) }
        let writers = circuit.nodes.filter { $0 != .logits }
        let parts = try concurrentMap(numbered, grain: 1) { number, pair in
            var part = CircuitSurvey()
            let base = try circuit.run(pair.base)
            let source = try circuit.run(pair.source)
            func effect(_ exchanged: CircuitRun, from expected: CircuitRun) -> CircuitEffect {
                var effect = CircuitEffect()
                effect.add(expected.output, exchanged.output)
                return effect
            }
            for edge in inside {
                part.edges[edge] = effect(circuit.run(base, exchanging: [edge], with: source), from: base)
            }
            for node in writers {
                part.nodes[node] = effect(circuit.run(base, exchanging: [node], with: source), from: base)
            }
            var random = SeededRandom(seed: seed, stream: "circuit subsets \(number)")
            let half = outside.filter { _ in random.integer(below: 2) == 0 }
            part.outside = effect(circuit.run(base, exchanging: Set(outside), with: source), from: base)
            part.outsideInPart = effect(circuit.run(base, exchanging: Set(half), with: source), from: base)
            part.inside = effect(circuit.run(base, exchanging: inside, with: source), from: source)
            return part
        }
        for part in parts { add(part) }
        for (edge, effect) in edges where effect.changed == 0 { unseen[edge] = 0 }
    }

    /// Goes on to look for pairs on which the edges do something that have done nothing so far. Their effects stay
    /// those of the survey.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public mutating func search(_ circuit: CompiledCircuit, on pairs: [CircuitPair]) throws {
        for start in stride(from: 0, to: pairs.count, by: 64) where !unseen.isEmpty {
            let batch = Array(pairs[start..<min(start + 64, pairs.count)])
            let edges = Array(unseen.keys)
            let found = try concurrentMap(batch, grain: 1) { pair in
                let (base, source) = (try circuit.run(pair.base), try circuit.run(pair.source))
                return edges.filter { edge in
                    var effect = CircuitEffect()
                    effect.add(base.output, circuit.run(base, exchanging: [edge], with: source).output)
                    return effect.changed > 0
                }
            }
            for edge in edges { unseen[edge]? += batch.count }
            for edge in found.joined() { unseen[edge] = nil }
        }
    }

    private init() {}

    private mutating func add(_ later: CircuitSurvey) {
        edges.merge(later.edges) { $0.adding($1) }
        nodes.merge(later.nodes) { $0.adding($1) }
        outside.add(later.outside)
        outsideInPart.add(later.outsideInPart)
        inside.add(later.inside)
    }
}

extension CircuitEffect {
    fileprivate func adding(_ later: CircuitEffect) -> CircuitEffect {
        var sum = self
        sum.add(later)
        return sum
    }
}

extension CompiledCircuit {
    /// The circuit as a graph whose scores are the fractions of pairs in which exchanging a node or an edge changed the
    /// output: what a method that finds circuits ought to rank by.
    public func graph(_ survey: CircuitSurvey) -> CircuitGraph {
        var graph = graph
        for (edge, effect) in survey.edges { graph[edge].score = effect.fraction }
        for (node, effect) in survey.nodes { graph[node].score = effect.fraction }
        return graph
    }
}
