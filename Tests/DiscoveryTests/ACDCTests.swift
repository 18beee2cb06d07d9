import Circuits
import Discovery
import TensorCore
import Testing

@Suite struct ACDCTests {
    /// The algorithm with nothing left out: each edge in the stated order, each time all prompts from the beginning.
    @Test(arguments: [0.003, 0.05]) func edgesAreThoseOfThePlainAlgorithm(threshold: Double) throws {
        let model = SmallModel.gpt2.make()
        let references = SmallModel.pairs.map { PlainReference(model, $0) }
        let shape = references[0].shape
        var cut: Set<CircuitEdge> = []
        var current = 0.0
        for reader in shape.readers.reversed() {
            for writer in shape.writers.reversed() {
                let edge = CircuitEdge(writer, reader)
                guard shape.has(edge) else { continue }
                cut.insert(edge)
                let changed = references.reduce(0) { $0 + $1.loss(cutting: cut, kl: true) } / 3
                if changed - current < threshold { current = changed } else { cut.remove(edge) }
            }
        }
        let graph = try DiscoveryMethods.graph("acdc", model, DiscoveryOptions(threshold: threshold))
        #expect(Set(graph.circuit) == Set(shape.edges).subtracting(cut))
        #expect(!graph.circuit.isEmpty && graph.circuit.count < shape.edges.count)
    }

    @Test(arguments: ["acdc", "exact"]) func theOnlyWayIsFound(method: String) throws {
        let graph = try DiscoveryMethods.graph(
            method, OneWayModel.make(), pairs: OneWayModel.pairs, DiscoveryOptions(metric: .kl))
        for edge in graph.edges {
            let isOnTheWay = OneWayModel.way.contains(edge.description)
            #expect((abs(graph[edge].score ?? .nan) > 1e-4) == isOnTheWay, "\(edge)")
            if method == "acdc" { #expect(graph[edge].isInGraph == isOnTheWay, "\(edge)") }
        }
    }
}
