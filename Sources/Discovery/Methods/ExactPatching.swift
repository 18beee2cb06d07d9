import Circuits
import LanguageModels
import TensorCore

/// Every edge, or every node, replaced by itself, in a pass of its own.
///
/// An edge u -> r is replaced by adding what takes the place of u's output, less that output, to what r alone reads. A
/// pass begins at the residual state before r, and several edges of one reader share it.
struct ExactPatching: DiscoveryMethod {
    static let name = "exact"
    static let levels: [CircuitLevel] = [.edge, .node]

    private let level: CircuitLevel

    init(_ options: DiscoveryOptions) { level = options.level ?? .edge }

    /// Rows of a pass, so that the activations of a small model stay in a processor's cache.
    private static let rows = 512

    /// What one pass replaces: writers of a reader, or, without a reader, one writer for all of them.
    private struct Unit: Sendable {
        let reader: Int?
        let writers: Range<Int>
    }

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        let model = task.model
        let plans = task.batches.map { units(model, copies: max(1, Self.rows / $0.rows)) }
        let meter = task.meter(plans.reduce(0) { $0 + $1.count })
        var sums = model.writersSeen.map { Array(repeating: 0.0, count: $0) }
        if level == .node { sums = [Array(repeating: 0, count: model.writers.count)] }
        for (batch, units) in zip(task.batches, plans) {
            let arena = Arena()
            let states = (0...model.layers).map { _ in arena.tensor(batch.rows, model.width) }
            let ablated = AblatedBatch(batch, task, arena) { states[$0].copy(from: $1) }
            let changes = try model.model.mapSideBySide(units) { unit, arena in
                let losses =
                    unit.reader.map { lossesOfEdges(model, ablated, states, reader: $0, unit.writers, arena) }
                    ?? [lossOfNode(model, ablated, states, unit.writers.lowerBound, arena)]
                try meter.advance()
                return losses.map { $0 - ablated.baseline }
            }
            for (unit, changes) in zip(units, changes) {
                for (writer, change) in zip(unit.writers, changes) { sums[unit.reader ?? 0][writer] += change }
            }
        }
        var graph = task.emptyGraph
        for (reader, changes) in sums.enumerated() {
            for (writer, change) in zip(model.writers, changes) {
                let score = change / Double(task.pairCount)
                if level == .edge {
                    graph[CircuitEdge(writer, model.readers[reader])].score = score
                } else {
                    graph[writer].score = score
                }
            }
        }
        return graph
    }

    private func units(_ model: CircuitModel, copies: Int) -> [Unit] {
        guard level == .edge else { return model.writers.indices.map { Unit(reader: nil, writers: $0..<$0 + 1) } }
        return model.readers.indices.flatMap { reader in
            stride(from: 0, to: model.writersSeen[reader], by: copies).map { start in
                Unit(reader: reader, writers: start..<min(start + copies, model.writersSeen[reader]))
            }
        }
    }

    /// The metric, summed over pairs, after each of the edges from `writers` to the reader is replaced.
    private func lossesOfEdges(
        _ model: CircuitModel, _ ablated: AblatedBatch, _ states: [Tensor], reader: Int, _ writers: Range<Int>,
        _ arena: Arena
    ) -> [Double] {
        let batch = ablated.batch
        let tape = model.tape(arena)
        let copies = writers.count
        // The same clean stream for every edge, and beside it each edge's difference.
        let state = model.readers[reader].node.layer ?? model.layers
        let stream = arena.tensor(copies * batch.rows, model.width)
        let added = arena.tensor(stream.shape)
        for (copy, writer) in writers.enumerated() {
            let rows = copy * batch.rows..<(copy + 1) * batch.rows
            stream.rows(rows).copy(from: states[state])
            added.rows(rows).copy(from: ablated.differences[writer])
        }
        let difference = tape.constant(added)
        let rows = batch.lastRows(copies: copies)
        let final: Variable
        if model.readers[reader] == .logits {
            let changed = tape.add(tape.constant(stream), difference)
            final = model.model.normalize(tape, tape.gatherRows(changed, rows: rows))
        } else {
            let hooks = Hooks([model.readerPoints[reader]: { tape, read in tape.add(read, difference) }])
            final = model.model.final(
                tape, batch.clean(copies: copies), from: state, stream: tape.constant(stream), hooks: hooks, rows: rows)
        }
        return ablated.metric.losses(tape, final.value)
    }

    /// The same after a component's output is replaced for all that read it.
    private func lossOfNode(
        _ model: CircuitModel, _ ablated: AblatedBatch, _ states: [Tensor], _ writer: Int, _ arena: Arena
    ) -> Double {
        let tape = model.tape(arena)
        let node = model.writers[writer]
        let state = node.layer ?? 0
        var stream = tape.constant(states[state])
        var hooks = Hooks()
        if node == .input {
            stream = tape.add(stream, tape.constant(ablated.differences[writer]))
        } else if let point = node.hookPoint {
            let output = ablated.ablated(writer, arena)
            hooks.add(at: point) { tape, _ in tape.constant(output) }
        }
        let final = model.model.final(
            tape, ablated.batch.clean, from: state, stream: stream, hooks: hooks, rows: ablated.batch.lastRows)
        return ablated.metric.losses(tape, final.value)[0]
    }
}
