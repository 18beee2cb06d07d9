import Circuits
import TensorCore

/// Automatic circuit discovery (Conmy et al. 2023): edges are cut one by one, and one stays cut where the metric rises
/// by less than the threshold, from what it was with those cut before.
///
/// The order decides the result, so it is stated: readers from the logits down, that is against `CircuitShape.readers`
/// (a layer's MLP, then its values, keys and queries, the last head first); within a reader the writers from the latest
/// to the input. A component that nothing reads any more is not looked at: all that it reads is cut.
///
/// The score of an edge that stays is the rise that it was kept for; of one that is cut, 0.
struct ACDC: DiscoveryMethod {
    static let name = "acdc"
    static let metrics: [DiscoveryMetric] = [.kl, .logitDifference]
    static let defaultThreshold: Double? = 0.01

    private let threshold: Double

    init(_ options: DiscoveryOptions) { threshold = options.threshold ?? 0.01 }

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        let model = task.model
        let meter = task.meter(model.readers.count)
        let memory = Arena()
        let prepared = task.batches.map { batch in
            let states = (0...model.layers).map { _ in memory.tensor(batch.rows, model.width) }
            return (ablated: AblatedBatch(batch, task, memory) { states[$0].copy(from: $1) }, states: states)
        }
        var cuts = CutEdges(model)
        func loss(from state: Int) throws -> Double {
            let parts = try model.model.mapSideBySide(Array(prepared.indices)) { index, arena in
                let (ablated, states) = prepared[index]
                return ablated.loss(cutting: cuts, model, from: state, stream: states[state], arena)
            }
            return parts.reduce(0, +) / Double(task.pairCount)
        }

        var graph = task.emptyGraph
        var isRead: Set<CircuitNode> = [.logits]
        var current = prepared.reduce(0) { $0 + $1.ablated.baseline } / Double(task.pairCount)
        for reader in model.readers.indices.reversed() {
            let name = model.readers[reader]
            for writer in (0..<model.writersSeen[reader]).reversed() {
                let edge = CircuitEdge(model.writers[writer], name)
                graph[edge].score = 0
                guard isRead.contains(name.node) else { continue }
                cuts.set(reader, writer, true)
                let changed = try loss(from: name.node.layer ?? model.layers)
                if changed - current < threshold {
                    current = changed
                } else {
                    cuts.set(reader, writer, false)
                    graph[edge] = CircuitGraph.Mark(isInGraph: true, score: changed - current)
                    isRead.insert(edge.writer)
                }
            }
            try meter.advance()
        }
        for node in isRead { graph[node].isInGraph = true }
        return graph
    }
}
