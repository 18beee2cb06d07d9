import ArgumentParser
import Basics
import Benchmarking
import InjectionSettings
import TensorCore

struct BenchCommand: RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time a training step of a given student.",
        discussion: """
            One step is the forward pass, the three losses, the backward pass and AdamW on 12 examples of 60 tokens and \
            12 texts of 70, the paper's batch. The GEMM limit is what one large matrix product reaches in the same run.

            Published sizes have random weights: gpt2, gpt2-medium, gpt2-large, gpt2-xl, smollm2-135m, \
            tinyllama-1.1b, llama-3.2-1b, qwen2.5-0.5b, qwen3-0.6b, pythia-70m, pythia-160m and pythia-410m.

            EXAMPLES
              tracr-inject bench
              tracr-inject bench --student gpt2 --steps 3 --json
              tracr-inject bench --student gpt2 --profile
              tracr-inject bench --student gpt2 --generate
              tracr-inject bench --program shuffle_dyck
            """)

    @Option(help: ArgumentHelp("A size such as gpt2 or pythia-70m, tiny, or a model folder.", valueName: "size"))
    var student = "tiny"

    @Option(
        help: ArgumentHelp(
            "Time a compiled program's labelled residual streams for such a batch instead.", valueName: "program"))
    var program: String?

    @Option(help: ArgumentHelp("Steps to time, after one that is not timed; the median counts.", valueName: "n"))
    var steps = 5

    @Option(help: ArgumentHelp("Threads of computation; 0: as many as there are cores.", valueName: "n"))
    var threads = 0

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "precision (fp32 unless given), memory.* and, for several ranks, optimizer.gradients; such as memory.recompute=true. Can be repeated.",
            valueName: "key=value"))
    var set: [String] = []

    @Flag(help: "Take one more step apart: time and operations a second of each operation.")
    var profile = false

    @Flag(
        help:
            "Time the step on one thread as well, and say what share of it is serial. Several ranks are compared with one in any case."
    )
    var scaling = false

    @Flag(help: "Time the greedy continuation of 1,000 prompts by 8 tokens instead.")
    var generate = false

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if steps < 1 { throw ValidationError("--steps has to be at least 1.") }
        if threads < 0 || threads > 1024 { throw ValidationError("--threads has to be from 0 to 1024.") }
    }

    func run() throws {
        common.apply()
        let ranks = try Launch.join()
        if let program {
            let result = try StreamBenchmark(ProgramFile.load(program), repetitions: steps)
            if json.isOn { try Standard.output.json(result.json) } else { try Standard.output.line(result.text) }
            return
        }
        if threads > 0 { Parallel.threads = threads }
        BLASKernel.warn()
        let settings = try Settings.resolve(
            overrides: [SettingOverride("precision", "fp32")] + set.map { try SettingOverride(parsing: $0) })
        if generate { return try timeGeneration(settings.precision) }
        var options = StepBenchmark.Options()
        options.student = student
        options.steps = steps
        options.profiles = profile
        options.scales = scaling
        options.settings = settings
        options.ranks = ranks
        let result = try StepBenchmark(options)
        if json.isOn {
            try Standard.output.json([
                "student": .string(student), "precision": .string(options.settings.precision.effective.rawValue),
                "ranks": .integer(ranks.size), "threads": .integer(Parallel.threads),
                "blas_kernel": .string(BLAS.kernelName), "vector_level": .string(VectorLevel.inUse.name),
                "alone_step_seconds": result.aloneSeconds.map(JSONValue.real) ?? .null,
                "sum_seconds": result.sumSeconds.map(JSONValue.real) ?? .null,
                "step_seconds": .real(result.stepSeconds),
                "tokens_per_step": .integer(result.tokensPerStep), "tokens_per_second": .real(result.tokensPerSecond),
                "gemm_limit_flops": .real(result.gemmLimit), "gemm_fraction": .real(result.gemmFraction),
                "operations_per_step": .real(result.operationsPerStep),
                "peak_memory_bytes": .integer(result.peakMemory),
                "planned_memory_bytes": .integer(result.plannedMemory),
                "single_thread_step_seconds": result.singleThreadSeconds.map(JSONValue.real) ?? .null,
                "profile": ProfileTable.json(result.profile),
            ])
            return
        }
        var listing = Listing()
        listing.add("student", "\(student), \(options.settings.precision.effective.rawValue)")
        listing.add(
            "BLAS kernel", "\(BLAS.kernelName), \(Parallel.threads) threads, vectors \(VectorLevel.inUse.name)")
        listing.add("step", "\(Quantity.seconds(result.stepSeconds)) for \(result.tokensPerStep) tokens")
        listing.add("speed", "\(Quantity.grouped(Int(result.tokensPerSecond))) tokens/s")
        listing.add("GEMM limit", "\(Quantity.fixed(result.gemmLimit / 1e9, 0)) GFLOP/s")
        listing.add(
            "share of it",
            "\(Quantity.percent(result.gemmFraction)) (\(Quantity.fixed(result.operationsPerStep / 1e9, 1)) GFLOP a step)"
        )
        if let alone = result.aloneSeconds, let sum = result.sumSeconds {
            listing.add(
                "\(ranks.size) ranks",
                "efficiency \(Quantity.percent(alone / result.stepSeconds)): a rank by itself takes \(Quantity.seconds(alone)), the sum of the gradients by itself \(Quantity.seconds(sum))"
            )
        }
        if let single = result.singleThreadSeconds, let serial = result.serialFraction(threads: Parallel.threads) {
            listing.add(
                "one thread",
                "\(Quantity.seconds(single)), \(Quantity.fixed(single / result.stepSeconds, 2)) times as long: \(Quantity.percent(serial)) is serial"
            )
        }
        listing.add("peak memory", Quantity.bytes(result.peakMemory))
        listing.add("planned", "\(Quantity.bytes(result.plannedMemory)): \(result.plan)")
        try Standard.output.line(listing.text)
        if profile { try Standard.output.line(ProfileTable.text(result.profile)) }
    }

    private func timeGeneration(_ precision: Settings.Precision) throws {
        let result = try GenerationBenchmark(student: student, precision: precision)
        if json.isOn {
            try Standard.output.json([
                "student": .string(student), "precision": .string(precision.effective.rawValue),
                "threads": .integer(Parallel.threads),
                "blas_kernel": .string(BLAS.kernelName), "vector_level": .string(VectorLevel.inUse.name),
                "prompts": .integer(result.prompts), "prompt_tokens": .integer(result.promptTokens),
                "new_tokens": .integer(result.newTokens), "seconds": .real(result.seconds),
                "tokens_per_second": .real(result.tokensPerSecond),
            ])
            return
        }
        var listing = Listing()
        listing.add("student", "\(student), \(precision.effective.rawValue)")
        listing.add(
            "BLAS kernel", "\(BLAS.kernelName), \(Parallel.threads) threads, vectors \(VectorLevel.inUse.name)")
        listing.add(
            "continuation",
            "\(Quantity.seconds(result.seconds)) for \(result.prompts) prompts of \(result.promptTokens) tokens, \(result.newTokens) new ones each"
        )
        listing.add("speed", "\(Quantity.grouped(Int(result.tokensPerSecond))) new tokens/s")
        try Standard.output.line(listing.text)
    }
}
