import Basics
import Compiler
import Injection
import InjectionSettings
import LanguageModels
import RASP
import Ranks
import Resources
import TensorCore
import TrainingEngine

/// Times the training step: forward, the terms of the loss, backward and AdamW, over synthetic tokens in the geometry
/// of the paper.
///
/// Every product is computed as in training. The tokens are random, so that a size can be measured without its weights
/// or tokenizer.
public struct StepBenchmark: Sendable {
    public struct Options: Sendable {
        /// A published size (random weights), `tiny`, or a Hugging Face folder.
        public var student = "tiny"
        /// Steps that are timed, after one that is not.
        public var steps = 5
        public var taskExamples = 12
        public var taskTokens = 60
        public var texts = 12
        public var textTokens = 70
        public var seed = 42
        /// Precision and memory of the step; nothing else of them counts.
        public var settings = Settings()
        /// Whether one more step is taken apart by operation.
        public var profiles = false
        /// Whether the step is timed on one thread as well.
        public var scales = false
        /// They take a step together, each with a batch of its own.
        package var ranks = Communicator.alone

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

    /// The most memory that the process held up to the end of the steps, in bytes.
    public let peakMemory: Int
    /// What the step was planned to take of memory, in bytes, and of what it is made up.
    public let plannedMemory: Int
    public let plan: String
    /// Time and operations of one more step by operation, where they were asked for.
    public let profile: [(name: String, entry: Profile.Entry)]

    /// Where several ranks take the step: what one of them takes by itself, and the sum of all gradients by itself.
    public let aloneSeconds: Double?, sumSeconds: Double?

    /// The step on one thread, where it was asked for and there are more.
    public let singleThreadSeconds: Double?

    /// Amdahl's serial fraction f, from t_n = t_1 (f + (1 - f) / n).
    public func serialFraction(threads: Int) -> Double? {
        singleThreadSeconds.map { single in
            let n = Double(threads)
            return (stepSeconds / single - 1 / n) / (1 - 1 / n)
        }
    }

    public var tokensPerSecond: Double { Double(tokensPerStep) / stepSeconds }
    public var gemmFraction: Double { operationsPerStep / stepSeconds / gemmLimit }

    /// - Throws: `Failure` for a student that is not there, or does not fit into memory.
    public init(_ options: Options) throws {
        let model = try BenchmarkStudent.model(options.student, seed: options.seed)
        if options.ranks.isAlone {
            aloneSeconds = nil
        } else {
            var own = options
            own.ranks = .alone
            var work = try Work(model: model, options: own)
            try work.step()
            aloneSeconds = try work.median(of: options.steps)
        }
        var work = try Work(model: model, options: options)
        plannedMemory = work.plan.bytes
        plan = work.plan.description
        // The first step touches memory for the first time; its operations are counted, its time is not.
        Profile.reset()
        Profile.isEnabled = true
        try work.step()
        Profile.isEnabled = false
        operationsPerStep = Profile.entries.reduce(0) { $0 + $1.entry.operations }
        stepSeconds = try work.median(of: options.steps)
        tokensPerStep = work.tokens * options.ranks.size
        sumSeconds = options.ranks.isAlone ? nil : try work.sumSeconds()
        if options.profiles {
            Profile.reset()
            Profile.isEnabled = true
            try work.step()
            Profile.isEnabled = false
            profile = Profile.entries
        } else {
            profile = []
        }
        Profile.reset()
        let threads = Parallel.threads
        if options.scales, threads > 1, options.ranks.isAlone {
            Parallel.threads = 1
            defer { Parallel.threads = threads }
            singleThreadSeconds = try work.median(of: options.steps)
        } else {
            singleThreadSeconds = nil
        }
        peakMemory = MemoryLimits.peak ?? 0
        gemmLimit = Self.measureLimit(options.settings.precision.ofProducts)
    }

    /// Seconds of a step of a run with these settings, the median of several on synthetic tokens.
    ///
    /// - Parameters:
    ///   - taskTokens: tokens of a task example with its answer.
    ///   - ranks: how many ranks a step is divided among; what they exchange is not timed.
    /// - Throws: `Failure` for a student that is not there, or does not fit into the memory that is free.
    public static func seconds(of settings: Settings, taskTokens: Int, steps: Int = 3, ranks: Int = 1) throws -> Double
    {
        var options = Options()
        options.student = settings.student
        (options.settings.precision, options.settings.memory) = (settings.precision, settings.memory)
        let share = { (count: Int) in (count + ranks - 1) / max(ranks, 1) }
        options.taskExamples = share(settings.batch.task + settings.perturbedExamples)
        options.texts = share(settings.batch.text)
        // The synthetic examples end with the sign and the answer.
        (options.taskTokens, options.textTokens) = (max(taskTokens, 4), settings.text.tokens)
        var work = try Work(model: BenchmarkStudent.model(options.student, seed: options.seed), options: options)
        // The first step touches memory for the first time.
        try work.step()
        return try work.median(of: steps)
    }

    /// The best of several large square products.
    private static func measureLimit(_ precision: NumberFormat) -> Double {
        let size = 2048
        let shape: Shape = [size, size]
        let (a, b, c) = (Tensor(zeros: shape), Tensor(zeros: shape), Tensor(zeros: shape))
        var random = SeededRandom(seed: 1)
        for tensor in [a, b] { for index in 0..<tensor.count { tensor.pointer[index] = Float(random.normal()) } }
        var best = Double.infinity
        for _ in 0..<6 {
            let started = Clock.now
            BLAS.multiply(Matrix(a), Matrix(b), into: c, precision: precision)
            best = min(best, Clock.now - started)
        }
        return 2 * Double(size) * Double(size) * Double(size) / best
    }
}

/// Everything a step needs, built once.
private struct Work {
    let model: any LanguageModel
    let loss: InjectionLoss
    let plan: MemoryPlan
    private let teacher: Teacher
    private let optimizers: Optimizers
    private let synthetic: [SyntheticBatch]
    private let oracle: CompiledOracle
    private let atoms: [[[Atom]]]
    private let gradient: ShardedGradient
    private var number = 0

    var tokens: Int { synthetic.reduce(0) { $0 + $1.batch.packed.tokens.count } }

    init(model: any LanguageModel, options: StepBenchmark.Options) throws {
        self.model = model
        let settings = options.settings
        var random = SeededRandom(seed: UInt64(bitPattern: Int64(options.seed)), stream: "benchmark")
        let configuration = model.configuration

        let program = try Program.load(contentsOf: BundledFiles().program("count"))
        let compiled = try RASPCompiler.compile(program, options: CompilerOptions(maxLength: options.taskTokens))
        oracle = CompiledOracle(compiled)
        let layout = oracle.variables.layout
        guard
            let layers = settings.alignment.layers.sites(compiled: layout.layers, student: configuration.layers),
            max(options.taskTokens, options.textTokens) <= configuration.contextLength
        else { throw Failure(.badData, "the student is too shallow or its context too short to be benchmarked") }
        let projection = Projection(
            rows: layout.width, width: configuration.width, bias: settings.alignment.bias,
            subspaces: settings.subspaces(layout, width: configuration.width))
        projection.initialize(random: &random)
        let roll = try RollIntervention(
            layout: layout, width: configuration.width, settings: settings.roll, layers: layers)
        for place in roll.places { try configuration.check(.residual(place.site)) }
        loss = InjectionLoss(
            InjectionLoss.terms(LossSetup(settings: settings, variables: oracle.variables, layers: layers)),
            roll: roll, projection: projection)
        let division = try StepDivision(
            count: 0, parameters: model.parameters.flatCount, examples: options.taskExamples)
        func batch(_ examples: Int, _ texts: Int) -> SyntheticBatch {
            SyntheticBatch(
                examples: Array(repeating: options.taskTokens, count: examples),
                texts: Array(repeating: options.textTokens, count: texts), vocabulary: configuration.vocabularySize,
                seed: options.seed)
        }
        synthetic = division.own.map { shard in
            batch(
                Parallel.range(of: shard, pieces: division.count, count: options.taskExamples).count,
                Parallel.range(of: shard, pieces: division.count, count: options.texts).count)
        }
        atoms = synthetic.map { shard in
            (0..<shard.batch.taskSequences).map { _ in
                (0..<options.taskTokens).map { index in
                    index >= options.taskTokens - 2 ? .string(":") : .string(random.integer(below: 2) == 0 ? "x" : "_")
                }
            }
        }
        plan = try MemoryPlan(
            settings, model: model, loss: loss, variables: oracle.variables, hasTeacher: options.texts > 0, kept: 0,
            lanes: division.lanes, ranks: options.ranks.size, batch: batch(options.taskExamples, options.texts))
        try Preflight.require(plan.bytes, most: MemoryLimits.usable)
        gradient = ShardedGradient(
            settings, student: model, projection: projection, division: division, activations: plan.activations,
            ranks: options.ranks)
        teacher = Teacher(of: model, settings: settings, windows: nil)
        optimizers = Optimizers(
            student: model.parameters, projection: projection.store, settings: settings, ranks: options.ranks,
            sums: gradient.sums)
    }

    /// Seconds of the sum of all gradients over the ranks, with nothing computed beside it: the best of three.
    func sumSeconds() throws -> Double {
        var best = Double.infinity
        for _ in 0..<3 {
            let started = Clock.now
            for sum in gradient.sums { try sum.finish() }
            best = min(best, Clock.now - started)
        }
        return best
    }

    /// Seconds of a step, the median of several.
    mutating func median(of steps: Int) throws -> Double {
        var seconds: [Double] = []
        for _ in 0..<max(steps, 1) {
            let started = Clock.now
            try step()
            seconds.append(Clock.now - started)
        }
        return seconds.sorted()[seconds.count / 2]
    }

    mutating func step() throws {
        number += 1
        let batches = try zip(synthetic, zip(atoms, gradient.arenas)).map { synthetic, own in
            let (atoms, arena) = own
            arena.reset()
            var batch = synthetic.batch
            if loss.needsCompiledModel {
                batch.targets = try oracle.targets(
                    for: atoms, dense: loss.needs.contains(.compiledStates), arena: arena
                ) { _, _ in }
            }
            batch.teacherHidden =
                synthetic.windows.isEmpty ? nil : teacher.hidden(for: synthetic.windows, arena: arena)
            return batch
        }
        _ = try gradient(loss, batches, originalHead: teacher.head)
        _ = try optimizers.step(number) { Failure(.internalError, "the gradient of \($0) is not finite") }
    }
}
