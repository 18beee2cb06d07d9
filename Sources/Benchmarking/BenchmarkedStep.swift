import Basics
import Compiler
import Injection
import LanguageModels
import RASP
import Resources
import TensorCore
import TrainingEngine

/// A training step on synthetic tokens: everything that it needs, built once.
struct BenchmarkedStep {
    let model: any LanguageModel
    let loss: InjectionLoss
    let plan: MemoryPlan
    private let teacher: Teacher
    private let optimizers: Optimizers<GradientSum>
    private let synthetic: [SyntheticBatch]
    private let oracle: CompiledOracle
    private let atoms: [[[Atom]]]
    private let gradient: ShardedGradient
    private var number = 0

    var tokens: Int { synthetic.reduce(0) { $0 + $1.batch.packed.tokens.count } }

    init(model: any LanguageModel, options: StepBenchmark.Options) throws {
        self.model = model
        let settings = options.settings
        var random = SeededRandom(seed: options.seed, stream: "benchmark")
        let configuration = model.configuration

        let program = try Program.load(contentsOf: BundledFiles().program("count"))
        let compiled = try RASPCompiler.compile(program, options: CompilerOptions(maxLength: options.taskTokens))
        oracle = CompiledOracle(compiled)
        let layout = oracle.variables.layout
        guard
            let layers = settings.alignment.layers.numbers(compiled: layout.layers, student: configuration.layers),
            max(options.taskTokens, options.textTokens) <= configuration.contextLength
        else { throw Failure(.badData, "the student is too shallow or its context too short to be benchmarked") }
        let projection = Projection(
            rows: layout.width, width: configuration.width, bias: settings.alignment.bias,
            subspaces: settings.subspaces(layout, width: configuration.width))
        projection.initialize(random: &random)
        let roll = try RollIntervention(
            layout: layout, width: configuration.width, settings: settings.roll, layers: layers)
        for place in roll.places { try configuration.check(.residual(place.layer)) }
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
            student: model.parameters, projection: projection.store, settings: settings, sums: gradient.sums)
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
