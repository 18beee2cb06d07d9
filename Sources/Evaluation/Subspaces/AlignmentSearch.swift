import Basics
import Compiler
import Injection
import LanguageModels
import TensorCore

/// Distributed alignment search (Geiger et al. 2024): the subspace that is trained so that exchanging it between two
/// prompts has the effect that exchanging the variable has in the program.
///
///     h' = h + (h_source - h) B^T B,
///
/// B's rows kept orthonormal; the loss is the cross-entropy of the program's answer after the exchange, on prompts of the
/// training split in pairs of one length. The student is frozen.
struct AlignmentSearch: SubspaceMethod {
    static let name = "das"
    static let defaultSteps: Int? = usualSteps

    private static let usualSteps = 200
    private static let prompts = 512
    private static let learningRate: Float = 0.01
    private let steps: Int
    private let seed: Int

    init(steps: Int?, seed: Int) { (self.steps, self.seed) = (steps ?? Self.usualSteps, seed) }

    func basis(_ sample: SubspaceSample) throws -> Tensor {
        guard let (run, point) = sample.exchanged else { return Tensor(zeros: [0, sample.stream.columns]) }
        let width = sample.stream.columns
        var random = SeededRandom(seed: seed, stream: "das/\(point.entry.name)")
        let start = Tensor(zeros: [sample.dimensions, width])
        random.fillNormal(start.buffer)
        let store = ParameterStore()
        store.add(name: "basis", shape: start.shape, decay: false)
        store.allocate()
        let basis = store["basis"]
        basis.value.copy(from: try RowSpace.orthonormalBasis(of: start))
        let optimizer = AdamW(store: store, groups: [.init(learningRate: Self.learningRate, weightDecay: 0)])

        let pairs = try ExchangePairs(run, prompts: Self.prompts, seed: seed, split: .train)
        guard !pairs.batches.isEmpty else { return basis.value }
        let arena = Arena()
        let batches = try pairs.batches.map { batch in
            let pass = pairs.pass(over: batch, points: [point], arena: arena)
            return (pass: pass, due: try Self.due(in: batch, run, point))
        }
        for step in 0..<steps {
            arena.reset()
            let (pass, due) = batches[step % batches.count]
            guard !due.rows.isEmpty else { continue }
            let tape = Tape(arena: arena, recording: true, precision: run.student.precision)
            let loss = loss(tape, basis, pass, at: point, due, run.student)
            tape.backward(from: loss)
            optimizer.groups[0].learningRate = Self.learningRate * (1 - Float(step) / Float(steps))
            optimizer.step()
            store.zeroGradients()
            RowSpace.settle(basis.value)
        }
        return try RowSpace.orthonormalBasis(of: basis.value)
    }

    /// The rows whose next token counts after the exchange, and those tokens.
    private struct Due {
        var rows: [Int32] = []
        var tokens: [Int32] = []
    }

    private static func due(in batch: [ExchangePairs.Member], _ run: LoadedRun, _ point: ExchangePoint) throws -> Due {
        let starts = batch.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.encoded.contentCount) }
        var due = Due()
        for (index, member) in batch.enumerated() {
            let states = try run.compiled.residualStates(
                member.atoms, interchanging: point.variable, with: batch[index ^ 1].states, state: point.state)
            let output = run.compiled.outputs(of: states)
            for (position, token) in run.task.encoder.answer(of: member.encoded, after: output)
            where position < member.encoded.contentCount {
                due.rows.append(Int32(starts[index] + position))
                due.tokens.append(token)
            }
        }
        return due
    }

    private func loss(
        _ tape: Tape, _ basis: Parameter, _ pass: KnownPass, at point: ExchangePoint, _ due: Due, _ student: Student
    ) -> Variable {
        let stream = pass.stream(at: point.layer)
        let sources = pass.examples.indices.flatMap { pass.batch.rows($0 ^ 1) }
        let difference = tape.arena.tensor(stream.shape)
        for (row, source) in sources.enumerated() {
            let (from, own, to) = (stream.row(source), stream.row(row), difference.row(row))
            for column in 0..<stream.columns { to[column] = from[column] - own[column] }
        }
        let rows = tape.parameter(basis)
        let coordinates = tape.linear(tape.constant(difference), weight: rows, transposed: true)
        let changed = tape.linear(coordinates, weight: rows, addedTo: tape.constant(stream))
        let final = student.model.final(tape, pass.batch, from: point.layer, stream: changed, rows: due.rows)
        return tape.crossEntropy(
            final, head: tape.constant(student.model.head.value), targets: due.tokens,
            scale: 1 / Float(due.rows.count))
    }
}
