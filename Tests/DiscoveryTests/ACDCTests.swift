import Circuits
import Discovery
import LanguageModels
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

    /// One head that carries the first token to the last, and nothing else: queries and keys are zero, so attention is
    /// even; the other head and the MLP write nothing; the last tokens of both prompts are the same.
    @Test(arguments: ["acdc", "exact"]) func theOnlyWayIsFound(method: String) throws {
        let model = GPT2Model(
            configuration: GPT2Configuration(vocabularySize: 23, contextLength: 8, width: 12, layers: 1, heads: 2))
        model.initialize(seed: 1, deviation: 0.4)
        let (attention, projection) = (
            model.parameters["h.0.attn.c_attn.weight"].value, model.parameters["h.0.attn.c_proj.weight"].value
        )
        for row in 0..<12 { for column in 0..<24 { attention[row, column] = 0 } }
        projection.rows(6..<12).fill(0)
        model.parameters["h.0.mlp.c_proj.weight"].value.fill(0)
        let pairs = [PromptPair(clean: [3, 5], corrupted: [9, 5], correct: 1, incorrect: 2)]
        let graph = try DiscoveryMethods.graph(method, model, pairs: pairs, DiscoveryOptions(metric: .kl))
        let way = ["input->a0.h0<v>", "a0.h0->logits"]
        for edge in graph.edges {
            let isOnTheWay = way.contains(edge.description)
            #expect((abs(graph[edge].score ?? .nan) > 1e-4) == isOnTheWay, "\(edge)")
            if method == "acdc" { #expect(graph[edge].isInGraph == isOnTheWay, "\(edge)") }
        }
    }
}
