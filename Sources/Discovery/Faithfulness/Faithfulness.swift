import Basics
import Circuits
import TensorCore

/// How much of a behaviour the circuits of a ranking hold, as MIB's circuit track measures it (`evaluation.py` of
/// hannamw/MIB-circuit-track):
///
///     f(C) = (m(C) - m(nothing)) / (m(all) - m(nothing)),
///
/// where m is the metric with everything outside C replaced, at ten sizes from 0.1 % to 100 % of all edges.
public struct Faithfulness: Sendable, Equatable {
    /// A circuit of the highest scores, pruned.
    public struct Circuit: Sendable, Equatable {
        /// Of all edges, or nodes.
        public let share: Double
        /// Edges that are left after pruning.
        public let edges: Int
        public let faithfulness: Double
    }

    /// Circuits of the highest scores, smallest first.
    public let signed: [Circuit]
    /// Circuits of the scores of largest magnitude.
    public let absolute: [Circuit]

    /// The area under f of the circuits of the highest scores, linear in size from 0.1 to 100 %: the larger, the better.
    public var cpr: Double { Self.area(signed) { $0 } }
    /// The area between f and 1 of the circuits of the largest magnitudes: the smaller, the better.
    public var cmd: Double { Self.area(absolute) { abs(1 - $0) } }

    private static func area(_ circuits: [Circuit], _ height: (Double) -> Double) -> Double {
        zip(circuits, circuits.dropFirst()).reduce(0) { sum, step in
            let (from, to) = step
            return sum + (to.share - from.share) * (height(from.faithfulness) + height(to.faithfulness)) / 2
        }
    }

    /// - Parameters:
    ///   - graph: The scores: those of its nodes where it has any, else those of its edges.
    ///   - task: The model, and the pairs of prompts to measure on.
    /// - Throws: `.badData` for a graph of another model, or pairs for which replacing everything changes nothing.
    public init(of graph: CircuitGraph, on task: PreparedTask) throws {
        let model = task.model
        guard graph.shape == model.shape else {
            throw Failure(
                .badData,
                "the graph is of a model of \(graph.shape.layers) layers, and this one has \(model.shape.layers) "
                    + "layers of \(model.shape.headsPerLayer.first ?? 0) heads, \(model.width) wide",
                remedy: "give the model that the graph was found in")
        }
        let scoredNodes = graph.nodes.dropLast().count { graph[$0].score != nil }
        func circuit(_ share: Double, _ byMagnitude: Bool) -> CircuitGraph {
            guard scoredNodes > 0 else {
                return graph.circuit(ofBest: Int(share * Double(graph.edges.count)), byMagnitude: byMagnitude)
            }
            return graph.circuit(ofBestNodes: Int(share * Double(scoredNodes)), byMagnitude: byMagnitude)
        }
        let circuits = [false, true].map { byMagnitude in MIBAUROC.sizes.map { circuit($0, byMagnitude) } }
        let cuts = ([CircuitGraph(model.shape)] + circuits.joined()).map { CutEdges(model, outside: $0) }

        let meter = task.meter(cuts.count * task.batches.count)
        var losses = Array(repeating: 0.0, count: cuts.count)
        var baseline = 0.0
        for batch in task.batches {
            let arena = Arena()
            let start = arena.tensor(batch.rows, model.width)
            let ablated = AblatedBatch(batch, task, arena) { if $0 == 0 { start.copy(from: $1) } }
            baseline += ablated.baseline
            let parts = try model.model.mapSideBySide(cuts) { cuts, arena in
                let loss = ablated.loss(cutting: cuts, model, from: 0, stream: start, arena)
                try meter.advance()
                return loss
            }
            for (number, loss) in parts.enumerated() { losses[number] += loss }
        }
        let (nothing, range) = (losses[0], baseline - losses[0])
        guard losses.allSatisfy(\.isFinite), baseline.isFinite else {
            throw Failure(
                .badData, "the metric is not a number",
                remedy: "the model's activations overflow on these pairs: are its weights as its training left them?")
        }
        guard range != 0 else {
            throw Failure(
                .badData, "replacing every component does not change the metric on these pairs",
                remedy: "give pairs whose corrupted prompts have other answers")
        }
        let curves = circuits.enumerated().map { order, circuits in
            zip(MIBAUROC.sizes, circuits).enumerated().map { place, item in
                Circuit(
                    share: item.0, edges: item.1.circuit.count,
                    faithfulness: (losses[1 + order * MIBAUROC.sizes.count + place] - nothing) / range)
            }
        }
        (signed, absolute) = (curves[0], curves[1])
    }
}

extension Faithfulness {
    /// `cpr`, `cmd`, and the circuits of both rankings.
    public var members: [(String, JSONValue)] {
        func json(_ circuits: [Circuit]) -> JSONValue {
            .array(
                circuits.map {
                    [
                        "share": .number($0.share), "edges": .integer($0.edges),
                        "faithfulness": .number($0.faithfulness),
                    ]
                })
        }
        return [
            ("cpr", .number(cpr)), ("cmd", .number(cmd)), ("signed", json(signed)), ("absolute", json(absolute)),
        ]
    }
}
