import Circuits
import Discovery
import LanguageModels
import TensorCore
import Testing

@Suite struct AttributionTests {
    private func expect(
        _ graph: CircuitGraph, _ tolerance: Double = 2e-3, _ slope: (CircuitEdge) -> Double,
        _ location: SourceLocation = #_sourceLocation
    ) {
        for edge in graph.edges {
            let (score, expected) = (graph[edge].score ?? .nan, slope(edge))
            // Differences of losses of about 1, which err by 1e-6, over steps of 2e-2.
            #expect(abs(score - expected) < tolerance * max(1, abs(expected)), "\(edge)", sourceLocation: location)
        }
    }

    @Test(arguments: SmallModel.all) func edgesAreDerivatives(small: SmallModel) throws {
        let model = small.make()
        let references = SmallModel.pairs.map { PlainReference(model, $0) }
        expect(try DiscoveryMethods.graph("eap", model)) { edge in
            references.reduce(0) { $0 + $1.slope(edge) } / 3
        }
    }

    @Test func integratedInputsAreDerivativesOnTheWay() throws {
        let model = SmallModel.gpt2.make()
        let reference = PlainReference(model, SmallModel.pairs[0])
        let graph = try DiscoveryMethods.graph(
            "eap-ig-inputs", model, pairs: [SmallModel.pairs[0]], DiscoveryOptions(steps: 3))
        expect(graph) { edge in
            (0..<3).reduce(0) { sum, step in
                let share = Float(step) / 3
                let input = zip(reference.clean[.input] ?? [], reference.replacement[.input] ?? []).map {
                    share * $0 + (1 - share) * $1
                }
                return sum + reference.slope(edge, replacing: [.input: input])
            } / 3
        }
    }

    /// In a linear model every way from the input to the logits counts by itself: what leaves the input and what reaches
    /// the logits is each the whole effect. Norms with a large constant, small activations and a small share of each
    /// map's second order leave a part in a thousand.
    @Test(arguments: ["exact", "eap", "eap-ig-inputs", "clean-corrupted"])
    func scoresOfALinearModelSumToTheTotal(method: String) throws {
        let model = GPT2Model(
            configuration: GPT2Configuration(
                vocabularySize: 23, contextLength: 16, width: 12, layers: 2, heads: 2, epsilon: 100))
        model.initialize(seed: 3, deviation: 0.1)
        let references = SmallModel.pairs.map { PlainReference(model, $0) }
        let graph = try DiscoveryMethods.graph(method, model)
        let total =
            references.reduce(0.0) { sum, reference in
                // Everything that the logits read is the corrupted prompt's.
                let edges = Set(graph.edges.filter { $0.reader == .logits })
                return sum + reference.loss(cutting: edges) - reference.cleanLoss
            } / 3
        for (what, edges) in [
            ("from the input", graph.edges.filter { $0.writer == .input }),
            ("to the logits", graph.edges.filter { $0.reader == .logits }),
        ] {
            let sum = edges.reduce(0) { $0 + (graph[$1].score ?? .nan) }
            #expect(abs(sum - total) < 2e-3 * abs(total), "\(what): \(sum) of \(total)")
        }
    }

    /// Nodes' scores are the sums of those of the edges that leave them, to first order.
    @Test(arguments: SmallModel.all) func nodesAreSumsOfTheirEdges(small: SmallModel) throws {
        let model = small.make()
        let edges = try DiscoveryMethods.graph("eap", model)
        let nodes = try DiscoveryMethods.graph("eap", model, DiscoveryOptions(level: .node))
        for node in nodes.nodes.dropLast() {
            let sum = edges.edges.filter { $0.writer == node }.reduce(0) { $0 + (edges[$1].score ?? .nan) }
            #expect(abs((nodes[node].score ?? .nan) - sum) < 1e-4, "\(node)")
        }
    }

    @Test func integratedActivationsAreDerivativesBesideReplacedOutputs() throws {
        let model = SmallModel.gpt2.make()
        let pair = SmallModel.pairs[0]
        let reference = PlainReference(model, pair)
        let steps = 2
        let graph = try DiscoveryMethods.graph(
            "eap-ig-activations", model, pairs: [pair], DiscoveryOptions(steps: steps))
        let groups: [[CircuitNode]] =
            [[.input]] + (0..<2).flatMap { [reference.shape.heads(layer: $0), [.mlp(layer: $0)]] }
        expect(graph) { edge in
            var sum = 0.0
            for group in groups {
                for step in 1...steps {
                    let share = Float(step) / Float(steps)
                    var replaced: [CircuitNode: [Float]] = [:]
                    for node in group {
                        replaced[node] = zip(reference.clean[node] ?? [], reference.replacement[node] ?? []).map {
                            share * $0 + (1 - share) * $1
                        }
                    }
                    sum += reference.slope(edge, replacing: replaced)
                }
            }
            return sum / Double(groups.count * steps)
        }
    }

    @Test func divergenceHasNoGradientAtTheCleanPrompt() {
        #expect(throws: (any Error).self) {
            _ = try DiscoveryMethods.named("eap", DiscoveryOptions(metric: .kl))
        }
    }
}
