import Basics
import Circuits
import Foundation
import TensorCore

/// Edge pruning (Bhaskar et al. 2024): a mask over all edges is trained so that the metric stays low while only a share of
/// the edges is kept. Masks are hard-concrete (Louizos, Welling & Kingma 2018): each is 0 or 1 or between, drawn anew
/// in every step, and what is trained is how likely each is.
///
/// It differs from theirs in three things: edges have masks and components have none, there is one learning rate, and the
/// circuit is the share of edges that are most likely kept.
struct EdgePruning: DiscoveryMethod {
    static let name = "edge-pruning"
    static let metrics: [DiscoveryMetric] = [.kl, .logitDifference]
    static let defaultSteps: Int? = 500
    /// The share of all edges to keep.
    static let defaultThreshold: Double? = 0.05

    private let steps: Int
    private let target: Double
    private let seed: UInt64

    init(_ options: DiscoveryOptions) {
        steps = options.steps ?? 500
        target = min(1, options.threshold ?? 0.05)
        seed = options.seed
    }

    /// The distribution's temperature and its stretch beyond 0 and 1, those of Louizos et al.
    private static let (temperature, low, high) = (2.0 / 3, -0.1, 1.1)
    private static let learningRate = 0.1

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        let model = task.model
        let meter = task.meter(steps)
        let memory = Arena()
        let batches = task.batches.map { AblatedBatch($0, task, memory) }
        let edges = model.writersSeen.enumerated().flatMap { reader, count in (0..<count).map { (reader, $0) } }
        // Nearly every edge is kept at first.
        var locations = Adam(Array(repeating: 2.5, count: edges.count), rate: Self.learningRate)
        var multipliers = [0.0, 0.0]
        let arena = Arena()
        for step in 0..<steps {
            let ablated = batches[step % batches.count]
            var random = SeededRandom(seed: seed, stream: "mask \(step)")
            let draws = locations.values.map { Mask($0, &random) }
            var weights = model.writersSeen.map { Array(repeating: Float(0), count: $0) }
            for (edge, draw) in zip(edges, draws) { weights[edge.0][edge.1] = Float(1 - draw.value) }
            arena.reset()
            let pass = MaskedEdges(model, ablated, weights: weights, arena)
            _ = pass.run()

            // The share that is kept is led down to the target in the first 60 % of the steps.
            let progress = min(1, Double(step + 1) / (0.6 * Double(steps)))
            let wanted = 1 - (1 - target) * progress
            let kept = locations.values.reduce(0) { $0 + Mask.keptProbability($1) } / Double(edges.count)
            let excess = kept - wanted
            let pressure = multipliers[0] + 2 * multipliers[1] * excess
            let pairs = Double(ablated.batch.pairs.count)
            let gradients = zip(edges, zip(draws, locations.values)).map { edge, mask in
                let (draw, location) = mask
                let probability = Mask.keptProbability(location)
                return -pass.gradients[edge.0][edge.1] / pairs * draw.slope + pressure * probability
                    * (1 - probability) / Double(edges.count)
            }
            locations.step(gradients)
            // The multipliers climb, as Lagrange's do.
            multipliers[0] += Self.multiplierRate * excess
            multipliers[1] += Self.multiplierRate * excess * excess
            try meter.advance()
        }
        var graph = task.emptyGraph
        // The pressure on all masks may overshoot the target; their order says what is kept.
        let order = locations.values.indices.sorted { locations.values[$0] > locations.values[$1] }
        let kept = Set(order.prefix(Int((target * Double(edges.count)).rounded())))
        for (index, edge) in edges.enumerated() {
            let name = CircuitEdge(model.writers[edge.1], model.readers[edge.0])
            graph[name].score = Mask.keptProbability(locations.values[index])
            guard kept.contains(index) else { continue }
            graph[name].isInGraph = true
            graph[name.writer].isInGraph = true
            graph[name.reader.node].isInGraph = true
        }
        return graph
    }

    private static let multiplierRate = 2.0

    /// One draw of a mask, and its derivative by the location.
    private struct Mask {
        let value: Double
        let slope: Double

        init(_ location: Double, _ random: inout SeededRandom) {
            let draw = min(max(random.uniform(), 1e-6), 1 - 1e-6)
            let share = Self.sigmoid((log(draw) - log(1 - draw) + location) / temperature)
            let stretched = share * (high - low) + low
            value = min(max(stretched, 0), 1)
            slope = (0...1).contains(stretched) ? share * (1 - share) / temperature * (high - low) : 0
        }

        static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

        /// The probability that a mask is not 0.
        static func keptProbability(_ location: Double) -> Double {
            sigmoid(location - temperature * log(-low / high))
        }
    }
}

/// Adam (Kingma & Ba 2015) for a few numbers in double precision.
private struct Adam {
    private(set) var values: [Double]
    private let rate: Double
    private var means: [Double]
    private var squares: [Double]
    private var steps = 0

    init(_ values: [Double], rate: Double) {
        (self.values, self.rate) = (values, rate)
        means = values.map { _ in 0 }
        squares = means
    }

    mutating func step(_ gradients: [Double]) {
        steps += 1
        let (first, second) = (1 - pow(0.9, Double(steps)), 1 - pow(0.999, Double(steps)))
        for (index, gradient) in gradients.enumerated() {
            means[index] += 0.1 * (gradient - means[index])
            squares[index] += 0.001 * (gradient * gradient - squares[index])
            values[index] -= rate * (means[index] / first) / ((squares[index] / second).squareRoot() + 1e-8)
        }
    }
}
