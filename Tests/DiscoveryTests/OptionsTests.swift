import Basics
import Circuits
import Discovery
import Testing

@Suite struct OptionsTests {
    /// What a method cannot do is refused by name, with what it can.
    @Test(
        arguments: [
            ("exakt", DiscoveryOptions(), "exact"), ("ifr", DiscoveryOptions(level: .node), "edge"),
            ("eap-ig-inputs", DiscoveryOptions(ablation: .zero), "patch"),
            ("eap", DiscoveryOptions(metric: .kl), "logit-difference"), ("exact", DiscoveryOptions(steps: 3), "leave"),
            ("eap", DiscoveryOptions(threshold: 0.1), "leave"),
        ] as [(String, DiscoveryOptions, String)])
    func refusals(method: String, options: DiscoveryOptions, remedy: String) throws {
        let failure = #expect(throws: Failure.self) { try DiscoveryMethods.named(method, options) }
        #expect(failure?.kind == .usage && failure?.remedy?.contains(remedy) == true, "\(String(describing: failure))")
    }

    @Test func openOptionsAreFilledIn() throws {
        let (_, options) = try DiscoveryMethods.named("acdc", DiscoveryOptions())
        #expect(options.level == .edge && options.metric == .kl && options.threshold == 0.01 && options.steps == nil)
    }

    @Test func scoresThatAreNoNumbersAreNamed() {
        var graph = CircuitGraph(CircuitShape(headsPerLayer: [1], streamWidth: 4))
        #expect(throws: Never.self) { try graph.requireFiniteScores() }
        graph[graph.edges[2]].score = .nan
        #expect(throws: Failure.self) { try graph.requireFiniteScores() }
    }
}
