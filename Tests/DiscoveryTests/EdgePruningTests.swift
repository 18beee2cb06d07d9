import Circuits
import Discovery
import LanguageModels
import Testing

@Suite struct EdgePruningTests {
    /// Two edges do everything, of thirteen: they are kept, and what does nothing goes.
    @Test func whatMattersIsKept() throws {
        let model = OneWayModel.make()
        let graph = try DiscoveryMethods.graph(
            "edge-pruning", model, pairs: OneWayModel.pairs, DiscoveryOptions(steps: 200, threshold: 0.15))
        #expect(Set(graph.circuit.map(\.description)) == OneWayModel.way)
        let scores = graph.edges.map { (OneWayModel.way.contains($0.description), graph[$0].score ?? .nan) }
        let (kept, others) = (scores.filter(\.0).map(\.1), scores.filter { !$0.0 }.map(\.1))
        #expect((kept.min() ?? 0) > (others.max() ?? 1))
    }

    @Test func theSeedDecides() throws {
        let model = SmallModel.gpt2.make()
        func graph(_ seed: UInt64) throws -> CircuitGraph {
            try DiscoveryMethods.graph("edge-pruning", model, DiscoveryOptions(steps: 5, seed: seed))
        }
        #expect(try graph(1) == graph(1))
        #expect(try graph(1) != graph(2))
    }
}
