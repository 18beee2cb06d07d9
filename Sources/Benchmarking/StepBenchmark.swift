import Basics
import InjectionSettings
import Ranks
import TensorCore

/// Times the training step: forward, the terms of the loss, backward and AdamW, over synthetic tokens in the geometry
/// of the paper.
///
/// Every product is computed as in training. The tokens are random, so that a size can be measured without its weights
/// or tokenizer.
package struct StepBenchmark: Sendable {
    package struct Options: Sendable {
        /// A published size (random weights), `tiny`, or a Hugging Face folder.
        package var student = "tiny"
        /// Steps that are timed, after one that is not.
        package var steps = 5
        package var taskExamples = 12
        package var taskTokens = 60
        package var texts = 12
        package var textTokens = 70
        package var seed = 42
        /// Precision and memory of the step, and how ranks send their gradients; nothing else of them counts.
        package var settings = Settings()
        /// Whether one more step is taken apart by operation.
        package var profiles = false
        /// Whether the step is timed on one thread as well.
        package var scales = false
        /// They take a step together, each with a batch of its own.
        package var ranks = Communicator.alone

        package init() {}
    }

    /// The median over the timed steps.
    package let stepSeconds: Double
    /// Task and text tokens that go through the student.
    package let tokensPerStep: Int
    /// What matrix products reach on this machine in one piece, in operations a second, measured in the same run.
    package let gemmLimit: Double
    /// Floating-point operations of one step that matrix products cannot do without.
    package let operationsPerStep: Double

    /// The most memory that the process held up to the end of the steps, in bytes.
    package let peakMemory: Int
    /// What the step was planned to take of memory, in bytes, and of what it is made up.
    package let plannedMemory: Int
    package let plan: String
    /// Time and operations of one more step by operation, where they were asked for.
    package let profile: [(name: String, entry: Profile.Entry)]

    /// Where several ranks take the step: what one of them takes by itself, and the sum of all gradients by itself.
    package let aloneSeconds: Double?, sumSeconds: Double?

    /// The step on one thread, where it was asked for and there are more.
    package let singleThreadSeconds: Double?

    /// Amdahl's serial fraction f, from t_n = t_1 (f + (1 - f) / n).
    package func serialFraction(threads: Int) -> Double? {
        singleThreadSeconds.map { single in
            let n = Double(threads)
            return (stepSeconds / single - 1 / n) / (1 - 1 / n)
        }
    }

    package var tokensPerSecond: Double { Double(tokensPerStep) / stepSeconds }
    package var gemmFraction: Double { operationsPerStep / stepSeconds / gemmLimit }

    /// - Throws: `Failure` for a student that is not there, or does not fit into memory.
    package init(_ options: Options) throws {
        let model = try BenchmarkStudent.model(options.student, seed: options.seed)
        if options.ranks.isAlone {
            aloneSeconds = nil
        } else {
            var own = options
            own.ranks = .alone
            var work = try BenchmarkedStep(model: model, options: own)
            try work.step()
            aloneSeconds = try work.median(of: options.steps)
        }
        var work = try BenchmarkedStep(model: model, options: options)
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
    package static func seconds(of settings: Settings, taskTokens: Int, steps: Int = 3, ranks: Int = 1) throws -> Double
    {
        var options = Options()
        options.student = settings.student
        (options.settings.precision, options.settings.memory) = (settings.precision, settings.memory)
        let share = { (count: Int) in (count + ranks - 1) / max(ranks, 1) }
        options.taskExamples = share(settings.batch.task + settings.perturbedExamples)
        options.texts = share(settings.batch.text)
        // The synthetic examples end with the sign and the answer.
        (options.taskTokens, options.textTokens) = (max(taskTokens, 4), settings.text.tokens)
        var work = try BenchmarkedStep(
            model: BenchmarkStudent.model(options.student, seed: options.seed), options: options)
        // The first step touches memory for the first time.
        try work.step()
        return try work.median(of: steps)
    }

    /// The best of several large square products.
    private static func measureLimit(_ precision: NumberFormat) -> Double {
        let size = 2048
        let shape: Shape = [size, size]
        let (a, b, c) = (Tensor(zeros: shape), Tensor(zeros: shape), Tensor(zeros: shape))
        // A product takes as long whatever the numbers are, as long as they are neither tiny nor huge.
        for tensor in [a, b] { for index in 0..<tensor.count { tensor.pointer[index] = Float(index % 251) - 125 } }
        var best = Double.infinity
        for _ in 0..<6 {
            let started = Clock.now
            BLAS.multiply(Matrix(a), Matrix(b), into: c, precision: precision)
            best = min(best, Clock.now - started)
        }
        return 2 * Double(size) * Double(size) * Double(size) / best
    }
}
