import Circuits
import LanguageModels
import TensorCore

/// Which edges are cut: for each reader, the writers whose output is replaced for it.
struct CutEdges: Sendable {
    /// [reader][writer that it sees].
    private(set) var isCut: [[Bool]]
    private var cutsOfReader: [Int]
    private var cutsOfWriter: [Int]

    /// None.
    init(_ model: CircuitModel) {
        isCut = model.writersSeen.map { Array(repeating: false, count: $0) }
        cutsOfReader = model.readers.map { _ in 0 }
        cutsOfWriter = model.writers.map { _ in 0 }
    }

    /// Every edge outside a circuit. What only components outside the circuit read is left as it is: they are read by
    /// nobody.
    init(_ model: CircuitModel, outside circuit: CircuitGraph) {
        self.init(model)
        for (reader, name) in model.readers.enumerated() where name == .logits || circuit[name.node].isInGraph {
            for writer in isCut[reader].indices {
                set(reader, writer, !circuit[CircuitEdge(model.writers[writer], name)].isInGraph)
            }
        }
    }

    subscript(reader: Int, writer: Int) -> Bool { isCut[reader][writer] }

    mutating func set(_ reader: Int, _ writer: Int, _ value: Bool) {
        guard isCut[reader][writer] != value else { return }
        isCut[reader][writer] = value
        cutsOfReader[reader] += value ? 1 : -1
        cutsOfWriter[writer] += value ? 1 : -1
    }

    func hasCuts(reader: Int) -> Bool { cutsOfReader[reader] > 0 }
    func hasCuts(writer: Int) -> Bool { cutsOfWriter[writer] > 0 }
}

extension AblatedBatch {
    /// Hooks under which every reader reads the stream of this very pass, in which the outputs of the writers that are
    /// cut for it are replaced:
    ///
    ///     x_r = stream + sum over cut writers u of (what takes the place of u's output - u's output in this pass)
    ///
    /// - Parameters:
    ///   - cuts: The edges.
    ///   - model: The model.
    ///   - state: The residual state that the pass begins at. Writers before it are those of the clean prompts, and no
    ///     reader before it has cuts.
    ///   - arena: Room until the pass is over.
    func hooks(cutting cuts: CutEdges, _ model: CircuitModel, from state: Int, _ arena: Arena) -> Hooks {
        var hooks = Hooks()
        let changes = arena.tensor(differences.values.shape)
        // Before the state nothing has changed; what lies behind it is overwritten as the pass comes to it.
        changes.copy(from: differences.values)
        for (number, writer) in model.writers.enumerated() where cuts.hasCuts(writer: number) {
            guard let point = writer.hookPoint, let layer = writer.layer, layer >= state else { continue }
            hooks.observe(at: point) { activation in
                let (now, before) = (activation.value.pointer, clean[number].pointer)
                let (way, change) = (differences[number].pointer, changes.row(number))
                for index in 0..<activation.value.count { change[index] = before[index] + way[index] - now[index] }
            }
        }
        for group in model.readerGroups {
            let cut = group.filter { cuts.hasCuts(reader: $0) }
            guard !cut.isEmpty else { continue }
            let seen = model.writersSeen[group.lowerBound]
            // One product for all readers of the stream, when the first of them comes.
            let added = arena.tensor(cut.count, changes.columns)
            var isComputed = false
            for (row, reader) in cut.enumerated() {
                hooks.add(at: model.readerPoints[reader]) { tape, stream in
                    if !isComputed {
                        let weights = Tensor(
                            cut.flatMap { reader in (0..<seen).map { cuts[reader, $0] ? 1 : 0 } },
                            shape: [cut.count, seen])
                        BLAS.multiply(Matrix(weights), Matrix(changes.rows(0..<seen)), into: added)
                        isComputed = true
                    }
                    return tape.add(
                        stream,
                        tape.constant(Tensor(shape: stream.shape, pointer: added.row(row), owner: arena)))
                }
            }
        }
        return hooks
    }

    /// The metric, summed over pairs, with these edges cut.
    ///
    /// - Parameters:
    ///   - cuts: None of a reader before the state.
    ///   - stream: The clean prompts' residual state to begin at.
    func loss(
        cutting cuts: CutEdges, _ model: CircuitModel, from state: Int, stream: Tensor, _ arena: Arena
    ) -> Double {
        let tape = model.tape(arena)
        let hooks = hooks(cutting: cuts, model, from: state, arena)
        var x = tape.constant(stream)
        // A pass that begins at the last state has nothing but the logits, whose hook would not run.
        if state == model.layers, let hook = hooks[.residual(state)] { x = hook(tape, x) }
        let final = model.model.final(
            tape, batch.clean, from: state, stream: x, hooks: hooks, rows: batch.lastRows)
        return metric.losses(tape, final.value)[0]
    }
}
