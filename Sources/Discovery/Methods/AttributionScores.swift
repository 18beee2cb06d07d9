import Circuits
import LanguageModels
import TensorCore

/// What all methods that use gradients have in common: passes in which the gradient at every reader or writer is taken, and
/// the graph that is made of the sums.
struct AttributionScores {
    let level: CircuitLevel

    /// Runs every batch and adds up the scores of its passes.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - passes: How many passes each batch takes.
    ///   - divisor: What the sums are divided by besides the number of pairs.
    ///   - run: Takes the passes of one batch; what it is given runs one of them.
    func graph(
        _ task: PreparedTask, passes: Int, divisor: Double,
        _ run: (AblatedBatch, (Pass) throws -> Void) throws -> Void
    ) throws -> CircuitGraph {
        let meter = task.meter(passes * task.batches.count)
        let parts = try task.model.model.mapSideBySide(task.batches) { batch, arena in
            let ablated = AblatedBatch(batch, task, arena)
            let collector = GradientCollector(level, task.model, ablated, arena)
            let room = Arena()
            try run(ablated) { pass in
                room.reset()
                collector.take(pass, room)
                try meter.advance()
            }
            return collector.sums
        }
        let scale = 1 / (divisor * Double(task.pairCount))
        var graph = task.emptyGraph
        for (reader, writers) in parts[0].enumerated() {
            for writer in writers.indices {
                let score = parts.reduce(0) { $0 + $1[reader][writer] } * scale
                let node = task.model.writers[writer]
                switch level {
                case .edge: graph[CircuitEdge(node, task.model.readers[reader])].score = score
                case .node: graph[node].score = score
                }
            }
        }
        return graph
    }

    /// One pass: the prompts, and what replaces activations in it.
    struct Pass {
        var prompts: PackedBatch
        /// What the stream begins with instead of the prompts' embedding, [N, D].
        var input: Tensor?
        /// What takes the place of writers' outputs, by number.
        var outputs: [Int: Tensor] = [:]
    }
}

/// Sums of one batch over passes: [reader][writer] for edges, one row of writers for nodes.
private final class GradientCollector {
    private let model: CircuitModel
    private let ablated: AblatedBatch
    private let edges: ReaderGradients?
    private let nodes: WriterGradients?

    init(_ level: CircuitLevel, _ model: CircuitModel, _ ablated: AblatedBatch, _ arena: Arena) {
        (self.model, self.ablated) = (model, ablated)
        edges = level == .edge ? ReaderGradients(model, ablated.differences, arena) : nil
        nodes = level == .node ? WriterGradients(model, ablated.differences) : nil
    }

    var sums: [[Double]] { edges?.sums ?? nodes.map { [$0.sums] } ?? [] }

    func take(_ pass: AttributionScores.Pass, _ arena: Arena) {
        let tape = model.tape(arena, recording: true)
        var hooks = Hooks()
        // A leaf, so that gradients flow although no weight wants one.
        hooks.add(at: .residual(0)) { tape, stream in tape.leaf(pass.input ?? stream.value) }
        for (writer, output) in pass.outputs {
            guard let point = model.writers[writer].hookPoint else { continue }
            hooks.add(at: point) { tape, _ in tape.leaf(output) }
        }
        nodes?.observe(&hooks)
        edges?.observe(&hooks)
        let final = model.model.forward(tape, pass.prompts, hooks: hooks).final
        tape.backward(from: ablated.metric.loss(tape, tape.gatherRows(final, rows: ablated.batch.lastRows)))
        edges?.finish()
    }
}
