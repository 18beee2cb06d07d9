import Compiler
import Foundation
import GPT2
import RASP
import Serialization
import TensorCore

/// Times the training step: forward, three losses, backward and AdamW, over synthetic tokens in the geometry of the paper.
///
/// Every product is computed as in training. The tokens are random, so that a size can be measured without its weights or
/// tokenizer.
public struct StepBenchmark: Sendable {
    public struct Options: Sendable {
        /// A published size (random weights), `tiny`, or a Hugging Face GPT-2 folder.
        public var student = "tiny"
        /// Steps that are timed, after one that is not.
        public var steps = 5
        public var taskExamples = 12
        public var taskTokens = 60
        public var texts = 12
        public var textTokens = 70
        public var seed = 42

        public init() {}
    }

    /// The median over the timed steps.
    public let stepSeconds: Double
    /// Task and text tokens that go through the student.
    public let tokensPerStep: Int
    /// What matrix products reach on this machine in one piece, in operations a second, measured in the same run.
    public let gemmLimit: Double
    /// Floating-point operations of one step that matrix products cannot do without.
    public let operationsPerStep: Double

    public var tokensPerSecond: Double { Double(tokensPerStep) / stepSeconds }
    public var gemmFraction: Double { operationsPerStep / stepSeconds / gemmLimit }

    /// - Throws: `Failure` for a student that is not there, or does not fit into memory.
    public init(_ options: Options, availableMemory: Int?) throws {
        let model = try Self.model(options.student, seed: options.seed, availableMemory: availableMemory)
        var work = try Work(model: model, options: options)
        // The first step touches memory for the first time; its operations are counted, its time is not.
        Profile.reset()
        Profile.isEnabled = true
        try work.step()
        Profile.isEnabled = false
        operationsPerStep = Profile.entries.reduce(0) { $0 + $1.entry.operations }
        Profile.reset()
        var seconds: [Double] = []
        for _ in 0..<max(options.steps, 1) {
            let started = Clock.now
            try work.step()
            seconds.append(Clock.now - started)
        }
        stepSeconds = seconds.sorted()[seconds.count / 2]
        tokensPerStep = work.batch.packed.tokens.count
        gemmLimit = Self.measureLimit()
    }

    private static func model(_ name: String, seed: Int, availableMemory: Int?) throws -> GPT2Model {
        guard let preset = GPT2Configuration.presets.first(where: { $0.name == name }) else {
            return try Student.load(from: StudentFolder.locate(name)).model
        }
        // Values, gradients, two moments and the frozen original.
        let needed = 5 * 4 * preset.configuration.parameterCount
        if let availableMemory, needed > availableMemory {
            throw Failure(
                .badData, "\(name) needs at least \(needed >> 20) MiB, and \(availableMemory >> 20) MiB are free",
                remedy: "Choose a smaller size.")
        }
        return GPT2Model(configuration: preset.configuration, seed: UInt64(bitPattern: Int64(seed)))
    }

    /// The best of several large square products.
    private static func measureLimit() -> Double {
        let size = 2048
        let shape: Shape = [size, size]
        let (a, b, c) = (Tensor(zeros: shape), Tensor(zeros: shape), Tensor(zeros: shape))
        var random = SeededRandom(seed: 1)
        for tensor in [a, b] { for index in 0..<tensor.count { tensor.pointer[index] = Float(random.normal()) } }
        var best = Double.infinity
        for _ in 0..<6 {
            let started = Clock.now
            BLAS.multiply(Matrix(a), Matrix(b), into: c)
            best = min(best, Clock.now - started)
        }
        return 2 * Double(size) * Double(size) * Double(size) / best
    }
}

/// Everything a step needs, built once.
private struct Work {
    let model: GPT2Model
    let loss: InjectionLoss
    let teacher: Teacher
    let optimizers: Optimizers
    let windows: [TextWindow]
    var batch: TrainingBatch
    private let arena = Arena()
    private var number = 0

    init(model: GPT2Model, options: StepBenchmark.Options) throws {
        self.model = model
        let settings = Settings()
        var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), stream: "benchmark")
        let configuration = model.configuration

        let program = try Program.load(contentsOf: BundledFiles().program("count"))
        let compiled = try RASPCompiler.compile(program, options: CompilerOptions(maxLength: options.taskTokens))
        oracle = CompiledOracle(compiled)
        let layout = oracle.variables.layout
        guard
            let layers = settings.alignment.layers.sites(compiled: layout.layers, student: configuration.layers),
            let last = layers.last, max(options.taskTokens, options.textTokens) <= configuration.contextLength
        else { throw Failure(.badData, "the student is too shallow or its context too short to be benchmarked") }
        let alignment = AlignmentLoss(variables: oracle.variables, settings: settings.alignment, layers: layers)
        let projection = Projection(
            rows: layout.width, width: configuration.width, bias: settings.alignment.bias)
        projection.initialize(random: &random)
        loss = InjectionLoss(
            weights: settings.loss, alignment: alignment,
            roll: try RollIntervention(
                layout: layout, width: configuration.width, subspace: settings.roll.subspace, site: last,
                anchor: .start),
            projection: projection)
        teacher = Teacher(model: model.frozenCopy(), windows: nil)
        optimizers = Optimizers(student: model.parameters, projection: projection.store, settings: settings)

        func tokens(_ count: Int) -> [Int32] {
            (0..<count).map { _ in Int32(random.integer(below: configuration.vocabularySize)) }
        }
        let tasks = (0..<options.taskExamples).map { _ in tokens(options.taskTokens) }
        windows = (0..<options.texts).map { _ in TextWindow(tokens: tokens(options.textTokens), number: nil) }
        let packed = PackedBatch(tasks + windows.map(\.tokens))
        let rows = packed.starts[tasks.count]
        batch = TrainingBatch(
            packed: packed, taskSequences: tasks.count, answerRows: [], answerTargets: [],
            isAnswer: Array(repeating: false, count: rows))
        let atoms = tasks.map { task in
            task.indices.map { $0 >= task.count - 2 ? Atom.string(":") : .string(random.integer(below: 2) == 0 ? "x" : "_") }
        }
        for index in tasks.indices {
            // Two answer tokens an example, as a two-digit count has.
            for row in (packed.starts[index + 1] - 2)..<packed.starts[index + 1] {
                batch.answerRows.append(Int32(row))
                batch.answerTargets.append(Int32(random.integer(below: configuration.vocabularySize)))
                batch.isAnswer[row] = true
            }
        }
        oracleAtoms = atoms
    }

    private let oracle: CompiledOracle
    private let oracleAtoms: [[Atom]]

    mutating func step() throws {
        number += 1
        arena.reset()
        if let alignment = loss.alignment {
            batch.targets = try oracle.targets(
                for: oracleAtoms, dense: alignment.kind == .cosine, arena: arena) { _, _ in }
        }
        batch.teacherHidden = windows.isEmpty ? nil : teacher.hidden(for: windows, arena: arena)
        let tape = Tape(arena: arena)
        let value = try loss(tape, student: model, teacherHead: teacher.head, batch: batch)
        tape.backward(from: value.roots)
        _ = try optimizers.step(number) { Failure(.internalError, "the gradient of \($0) is not finite") }
    }
}
