import Circuits
import Discovery
import TensorCore
import Testing

@Suite struct ExactPatchingTests {
    /// Every edge of every family, beside hooks and loops. Losses are about 1, in single precision through two layers.
    @Test(arguments: SmallModel.all, [Ablation.patch, .zero])
    func edgesAreWhatHooksSay(small: SmallModel, ablation: Ablation) throws {
        let model = small.make()
        let graph = try DiscoveryMethods.graph("exact", model, DiscoveryOptions(ablation: ablation))
        let references = SmallModel.pairs.map { PlainReference(model, $0, zero: ablation == .zero) }
        for edge in graph.edges {
            let change = references.reduce(0) { $0 + $1.loss(cutting: [edge]) - $1.cleanLoss } / 3
            #expect(abs((graph[edge].score ?? .nan) - change) < 2e-4, "\(edge)")
        }
    }

    @Test(arguments: SmallModel.all) func nodesAreAllTheirEdges(small: SmallModel) throws {
        let model = small.make()
        let graph = try DiscoveryMethods.graph("exact", model, DiscoveryOptions(level: .node))
        let references = SmallModel.pairs.map { PlainReference(model, $0) }
        for node in graph.nodes.dropLast() {
            let edges = Set(graph.edges.filter { $0.writer == node })
            let change = references.reduce(0) { $0 + $1.loss(cutting: edges) - $1.cleanLoss } / 3
            #expect(abs((graph[node].score ?? .nan) - change) < 2e-4, "\(node)")
        }
    }

    @Test func divergenceIsMeasured() throws {
        let model = SmallModel.gpt2.make()
        let graph = try DiscoveryMethods.graph("exact", model, DiscoveryOptions(metric: .kl))
        let references = SmallModel.pairs.map { PlainReference(model, $0) }
        for edge in graph.edges {
            let change = references.reduce(0) { $0 + $1.loss(cutting: [edge], kl: true) } / 3
            #expect(abs((graph[edge].score ?? .nan) - change) < 2e-4, "\(edge)")
        }
    }

    /// The means of two prompts are at each position those of both, and of the longer one alone where the other ends.
    @Test func meansAreThoseOfPositions() throws {
        let model = SmallModel.gpt2.make()
        let pairs = Array(SmallModel.pairs.prefix(2))
        let outputs = pairs.map { PlainReference(model, $0).clean }
        let mean = outputs[0].reduce(into: [CircuitNode: [Float]]()) { means, item in
            var longer = outputs[1][item.key] ?? []
            for index in item.value.indices { longer[index] = (longer[index] + item.value[index]) / 2 }
            means[item.key] = longer
        }
        let graph = try DiscoveryMethods.graph(
            "exact", model, pairs: pairs, DiscoveryOptions(level: .node, ablation: .mean))
        for node in graph.nodes.dropLast() {
            let change =
                pairs.reduce(0.0) { sum, pair in
                    let reference = PlainReference(model, pair)
                    let own = Array((mean[node] ?? []).prefix(pair.clean.count * model.configuration.width))
                    return sum + reference.loss(replacing: [node: own]) - reference.cleanLoss
                } / 2
            #expect(abs((graph[node].score ?? .nan) - change) < 2e-4, "\(node)")
        }
    }
}
