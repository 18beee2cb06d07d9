import Basics
import Circuits
import Testing

@Suite struct CircuitScoresTests {
    /// Scores 4, 3, 3, 2, 1 of which the first, one of the threes and the last are true.
    private let ranked = RankedItems(scores: [3, 4, 2, 1, 3], isTrue: [true, true, false, true, false])

    @Test func areaUnderTheCurveCountsTiesHalf() {
        // Of six pairs: 4 beats both, 3 ties with 3 and beats 2, 1 beats none.
        #expect(ranked.auroc == 3.5 / 6)
        #expect(RankedItems(scores: [1, 1, 1], isTrue: [true, false, true]).auroc == 0.5)
        #expect(RankedItems(scores: [1, 2], isTrue: [true, true]).auroc == nil)
    }

    @Test func averagePrecisionTakesTiesTogether() throws {
        // Thresholds 4: 1 of 1; 3: 2 of 3; 2: nothing new; 1: 3 of 5.
        let value = try #require(ranked.averagePrecision)
        let precisions: [Double] = [1, 2.0 / 3, 3.0 / 5]
        #expect(abs(value - precisions.reduce(0, +) / 3) < 1e-15)
        #expect(RankedItems(scores: [1], isTrue: [false]).averagePrecision == nil)
    }

    @Test func precisionAtSizeIsTheMeanOverTies() {
        // Three are taken: 4 and both threes.
        let share = 2.0 / 3
        #expect(ranked.precisionAtSize == share)
        // Two of three equals, of which one is true.
        let equal = RankedItems(scores: [1, 1, 1, 0], isTrue: [true, false, false, true])
        let expected = 2.0 / 3 / 2
        #expect(equal.precisionAtSize == expected)
    }

    @Test func rankCorrelation() throws {
        #expect(RankCorrelation.spearman([1, 2, 3], [10, 100, 1000]) == 1)
        #expect(RankCorrelation.spearman([1, 2, 3], [3, 2, 1]) == -1)
        #expect(RankCorrelation.spearman([1, 1, 1], [3, 2, 1]) == nil)
        // Ranks 0.5, 0.5, 2, 3 beside 0, 1, 2, 3: covariance 4.5 of variances 4.5 and 5.
        let value = try #require(RankCorrelation.spearman([1, 1, 2, 3], [1, 2, 3, 4]))
        let expected = 4.5 / 22.5.squareRoot()
        #expect(abs(value - expected) < 1e-15)
    }

    private let shape = CircuitShape(headsPerLayer: [1, 1], streamWidth: 4)

    private func graph(_ scores: [String: Double]) -> CircuitGraph {
        var graph = CircuitGraph(shape)
        for edge in graph.edges { graph[edge].score = scores[edge.description] ?? 0 }
        return graph
    }

    @Test func circuitsArePruned() {
        let graph = graph([
            "input->a0.h0<v>": 5, "a0.h0->m0": 4, "m0->logits": 3, "input->a1.h0<q>": 9, "a1.h0->m1": 8, "m0->m1": -7,
        ])
        func names(_ count: Int, _ byMagnitude: Bool) -> Set<String> {
            Set(graph.circuit(ofBest: count, byMagnitude: byMagnitude).circuit.map(\.description))
        }
        let way: Set = ["input->a0.h0<v>", "a0.h0->m0", "m0->logits"]
        // What leads to m1 leads nowhere.
        #expect(names(6, true) == way)
        #expect(names(5, false) == way)
        #expect(names(4, false).isEmpty)
        let circuit = graph.circuit(ofBest: 6, byMagnitude: true)
        #expect(circuit.circuitNodes.map(\.description) == ["input", "a0.h0", "m0", "logits"])
    }

    @Test func circuitsOfNodesHaveAllTheirEdges() {
        var graph = CircuitGraph(shape)
        for (name, score) in [("input", 3.0), ("a0.h0", 1), ("m0", 0.5), ("a1.h0", -2), ("m1", 0.25)] {
            if let node = CircuitNode(name) { graph[node].score = score }
        }
        let signed = graph.circuit(ofBestNodes: 2, byMagnitude: false)
        #expect(
            Set(signed.circuit.map(\.description)) == [
                "input->a0.h0<q>", "input->a0.h0<k>", "input->a0.h0<v>", "input->logits", "a0.h0->logits",
            ])
        #expect(
            graph.circuit(ofBestNodes: 2, byMagnitude: true).circuitNodes.map(\.description) == [
                "input", "a1.h0", "logits",
            ])
    }

    /// By hand: of 23 edges, the ten circuits have 1, 1, 1, 1, 1, 2, 3, 5, 12 and 23 before pruning.
    @Test func areaOfMIB() throws {
        let graph = graph(["m0->logits": 1, "input->m0": 0.9, "input->logits": -0.8, "a0.h0->logits": 0.7])
        #expect(graph.edges.count == 23)
        let scores = graph.edges.map { graph[$0].score ?? 0 }
        func area(_ truth: Set<String>) -> Double? {
            MIBAUROC.value(shape, scores: scores, isTrue: graph.edges.map { truth.contains($0.description) })
        }
        // One edge leads nowhere; two are a way; the third is another; what comes next is pruned, or joins last.
        #expect(area(["m0->logits", "input->m0"]) == 1)
        // (0, 0), then (1/21, 1/2), (1/21, 1), and straight on to (1, 1).
        let value = try #require(area(["m0->logits", "input->logits"]))
        let expected = 0.25 / 21 + 20.0 / 21
        #expect(abs(value - expected) < 1e-12)
    }

    @Test func recoveryIsReportedBesideChance() throws {
        let truth = CircuitGraph(
            shape, circuit: ["input->m0", "m0->m1", "m1->logits"].compactMap { CircuitEdge($0) })
        let found = graph(["input->m0": -1, "m0->m1": 0.5, "m1->logits": 0.4, "input->logits": 0.45])
        let recovery = try CircuitRecovery(found: found, truth: truth)
        #expect(recovery.level == .edge)
        // One false edge lies between three true ones and 19 others.
        let most = 59.0 / 60
        #expect(recovery.all.trueItems == 3 && recovery.all.measures["auroc"] == most)
        #expect(recovery.withoutEmbedding?.trueItems == 2 && recovery.withoutEmbedding?.measures["auroc"] == 1)
        let chance = try #require(recovery.all.random["auroc"])
        #expect(abs(chance.mean - 0.5) < 0.05 && chance.low < 0.3 && chance.high > 0.7)
        #expect(try CircuitRecovery(found: found, truth: truth) == recovery)
        #expect(throws: Failure.self) { try CircuitRecovery(found: found, truth: CircuitGraph(shape)) }
        let other = CircuitGraph(CircuitShape(headsPerLayer: [1], streamWidth: 4))
        #expect(throws: Failure.self) { try CircuitRecovery(found: found, truth: other) }
    }
}
