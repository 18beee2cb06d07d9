import Basics
import Circuits
import Discovery
import Testing

@Suite struct FaithfulnessTests {
    /// Circuits of all sizes beside hooks and loops, and the areas by their definition.
    @Test(arguments: SmallModel.all) func circuitsAreWhatHooksSay(small: SmallModel) throws {
        let model = small.make()
        let graph = try DiscoveryMethods.graph("eap", model)
        let faithfulness = try Faithfulness(of: graph, on: PreparedTask(model, pairs: SmallModel.pairs))
        let references = SmallModel.pairs.map { PlainReference(model, $0) }
        func loss(_ circuit: [CircuitEdge]) -> Double {
            let cut = Set(graph.edges).subtracting(circuit)
            return references.reduce(0) { $0 + $1.loss(cutting: cut) }
        }
        let (all, nothing) = (references.reduce(0) { $0 + $1.cleanLoss }, loss([]))
        for (circuits, byMagnitude) in [(faithfulness.signed, false), (faithfulness.absolute, true)] {
            #expect(circuits.count == 10)
            for circuit in circuits {
                let best = graph.circuit(
                    ofBest: Int(circuit.share * Double(graph.edges.count)), byMagnitude: byMagnitude)
                #expect(circuit.edges == best.circuit.count)
                let expected = (loss(best.circuit) - nothing) / (all - nothing)
                #expect(abs(circuit.faithfulness - expected) < 1e-3 * max(1, abs(expected)), "\(circuit)")
            }
        }
        let signed = faithfulness.signed
        let area = (1..<10).reduce(0.0) { sum, index in
            let height = (signed[index - 1].faithfulness + signed[index].faithfulness) / 2
            return sum + (signed[index].share - signed[index - 1].share) * height
        }
        #expect(abs(faithfulness.cpr - area) < 1e-12)
        #expect(abs((signed.last?.faithfulness ?? 0) - 1) < 1e-4)
    }

    @Test func otherModelsAndIdlePairsAreRefused() throws {
        let model = SmallModel.gpt2.make()
        let other = CircuitGraph(CircuitShape(headsPerLayer: [2], streamWidth: 12))
        #expect(throws: Failure.self) { try Faithfulness(of: other, on: PreparedTask(model, pairs: SmallModel.pairs)) }
        let idle = [PromptPair(clean: [1, 2], corrupted: [1, 2], correct: 1, incorrect: 2)]
        #expect(throws: Failure.self) {
            try Faithfulness(
                of: CircuitGraph(CircuitShape(model.configuration)), on: PreparedTask(model, pairs: idle))
        }
    }
}
