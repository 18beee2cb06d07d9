import Circuits
import LanguageModels
import TensorCore

/// Information-flow routes (Ferrando & Voita 2024): an edge counts by how near the writer's output brings the stream to
/// what is read, in the L1 norm,
///
///     proximity(u, x) = max(0, |x| - |x - u|),   importance = proximity / sum over all writers of x,
///
/// as a mean over the tokens of each clean prompt and over prompts. It needs neither a metric nor a counterfactual, and all
/// readers of one stream have the same scores. Where no writer comes near the stream, all count 0.
struct InformationFlowRoutes: DiscoveryMethod {
    static let name = "ifr"
    static let ablations: [Ablation] = [.patch]
    static let metrics: [DiscoveryMetric] = [.logitDifference]

    init(_ options: DiscoveryOptions) {}

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        let model = task.model
        let meter = task.meter(task.batches.count)
        let groups = model.readerGroups
        let parts = try model.model.mapSideBySide(task.batches) { batch, arena -> [[Double]] in
            let outputs = WriterOutputs(model, rows: batch.rows, arena)
            let streams = groups.map { _ in arena.tensor(batch.rows, model.width) }
            let room = Arena()
            let tape = model.tape(room)
            var hooks = model.observers(outputs, positions: model.positions(batch.clean, room))
            for (group, stream) in zip(groups, streams) {
                switch model.readers[group.lowerBound] {
                case .mlp(let layer): hooks.observe(at: .mlpInput(layer: layer)) { stream.copy(from: $0.value) }
                case .head(let layer, _, _): hooks.observe(at: .residual(layer)) { stream.copy(from: $0.value) }
                case .logits: hooks.observe(at: .residual(model.layers)) { stream.copy(from: $0.value) }
                }
            }
            _ = model.model.forward(tape, batch.clean, hooks: hooks, keepingStates: false)
            defer { room.reset() }
            let sums = zip(groups, streams).map { group, stream in
                importances(outputs, seen: model.writersSeen[group.lowerBound], stream, batch)
            }
            try meter.advance()
            return sums
        }
        var graph = task.emptyGraph
        for (number, group) in groups.enumerated() {
            for writer in 0..<model.writersSeen[group.lowerBound] {
                let score = parts.reduce(0) { $0 + $1[number][writer] } / Double(task.pairCount)
                for reader in group { graph[CircuitEdge(model.writers[writer], model.readers[reader])].score = score }
            }
        }
        return graph
    }

    /// The importance of each writer that a stream is the sum of: a mean over each prompt's tokens, summed over prompts.
    private func importances(_ outputs: WriterOutputs, seen: Int, _ stream: Tensor, _ batch: PairBatch) -> [Double] {
        let width = stream.columns
        var sums = Array(repeating: 0.0, count: seen)
        var proximities = Array(repeating: 0.0, count: seen)
        for prompt in batch.pairs.indices {
            let rows = batch.clean.rows(prompt)
            for row in rows {
                let x = stream.row(row)
                var norm: Float = 0
                for column in 0..<width { norm += abs(x[column]) }
                for writer in 0..<seen {
                    let u = outputs.values.row(writer) + row * width
                    var distance: Float = 0
                    for column in 0..<width { distance += abs(x[column] - u[column]) }
                    proximities[writer] = max(0, Double(norm) - Double(distance))
                }
                let total = proximities.reduce(0, +)
                guard total > 0 else { continue }
                for writer in 0..<seen { sums[writer] += proximities[writer] / total / Double(rows.count) }
            }
        }
        return sums
    }
}
