import Circuits
import Discovery
import LanguageModels
import TensorCore
import Testing

@Suite struct InformationFlowTests {
    /// The formula, for one prompt and the readers of the second layer's MLP.
    @Test func scoresAreTheFormula() throws {
        let model = SmallModel.gpt2.make()
        let pair = SmallModel.pairs[1]
        let graph = try DiscoveryMethods.graph("ifr", model, pairs: [pair])
        let reference = PlainReference(model, pair)
        var stream: [Float] = []
        var hooks = Hooks()
        hooks.observe(at: .mlpInput(layer: 1)) { stream = $0.value.values }
        _ = model.forward(Tape(arena: Arena(), recording: false), PackedBatch([pair.clean]), hooks: hooks)
        let writers = reference.shape.writers.filter { reference.shape.has(CircuitEdge($0, .mlp(layer: 1))) }
        var expected = Array(repeating: 0.0, count: writers.count)
        for row in pair.clean.indices {
            let columns = row * 12..<(row + 1) * 12
            let proximities = writers.map { writer -> Double in
                let output = reference.clean[writer] ?? []
                let (norm, distance) = columns.reduce((0.0, 0.0)) { sums, column in
                    let (x, u) = (Double(stream[column]), Double(output[column]))
                    return (sums.0 + abs(x), sums.1 + abs(x - u))
                }
                return max(0, norm - distance)
            }
            let total = proximities.reduce(0, +)
            for index in writers.indices { expected[index] += proximities[index] / total / Double(pair.clean.count) }
        }
        for (writer, value) in zip(writers, expected) {
            #expect(abs((graph[CircuitEdge(writer, .mlp(layer: 1))].score ?? .nan) - value) < 1e-5, "\(writer)")
        }
        // All readers of one stream agree, and the shares of each sum to 1.
        let queries = CircuitEdge(.input, .head(layer: 1, head: 0, .query))
        #expect(graph[queries].score == graph[CircuitEdge(.input, .head(layer: 1, head: 1, .value))].score)
        #expect(abs(expected.reduce(0, +) - 1) < 1e-9)
    }
}
