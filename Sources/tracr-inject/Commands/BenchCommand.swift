import ArgumentParser
import Injection
import Serialization
import TensorCore

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time a training step of a given GPT-2 size.",
        discussion: """
            One step is the forward pass, the three losses, the backward pass and AdamW on 12 examples of 60 tokens and \
            12 texts of 70, the paper's batch. The sizes gpt2, gpt2-medium, gpt2-large and gpt2-xl have random weights. \
            The GEMM limit is what one large matrix product reaches in the same run.

            EXAMPLES
              tracr-inject bench
              tracr-inject bench --student gpt2 --steps 3 --json
              tracr-inject bench --program shuffle_dyck
            """)

    @Option(help: ArgumentHelp("gpt2, gpt2-medium, gpt2-large, gpt2-xl, tiny, or a GPT-2 folder.", valueName: "size"))
    var student = "tiny"

    @Option(
        help: ArgumentHelp("Time a compiled program's labelled residual streams for such a batch instead.", valueName: "program"))
    var program: String?

    @Option(help: ArgumentHelp("Steps to time, after one that is not timed; the median counts.", valueName: "n"))
    var steps = 5

    @Option(help: ArgumentHelp("Threads of computation; 0: as many as there are cores.", valueName: "n"))
    var threads = 0

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if steps < 1 { throw ValidationError("--steps has to be at least 1.") }
        if threads < 0 || threads > 1024 { throw ValidationError("--threads has to be from 0 to 1024.") }
    }

    func run() throws {
        common.apply()
        if let program {
            let result = try StreamBenchmark(ProgramFile.load(program), repetitions: steps)
            if json.isOn { try Standard.output.json(result.json) } else { try Standard.output.line(result.text) }
            return
        }
        if threads > 0 { Parallel.threads = threads }
        BLASWarning.warn()
        var options = StepBenchmark.Options()
        options.student = student
        options.steps = steps
        let result = try StepBenchmark(options, availableMemory: Machine.usableMemory)
        if json.isOn {
            try Standard.output.json([
                "student": .string(student), "precision": "fp32", "threads": .integer(Parallel.threads),
                "blas_kernel": .string(BLAS.kernelName), "step_seconds": .real(result.stepSeconds),
                "tokens_per_step": .integer(result.tokensPerStep), "tokens_per_second": .real(result.tokensPerSecond),
                "gemm_limit_flops": .real(result.gemmLimit), "gemm_fraction": .real(result.gemmFraction),
                "operations_per_step": .real(result.operationsPerStep),
                "peak_memory_bytes": .integer(Machine.peakMemory),
            ])
            return
        }
        var listing = Listing()
        listing.add("student", "\(student), fp32")
        listing.add("BLAS kernel", "\(BLAS.kernelName), \(Parallel.threads) threads")
        listing.add("step", "\(Quantity.seconds(result.stepSeconds)) for \(result.tokensPerStep) tokens")
        listing.add("speed", "\(Quantity.grouped(Int(result.tokensPerSecond))) tokens/s")
        listing.add("GEMM limit", "\(Quantity.fixed(result.gemmLimit / 1e9, 0)) GFLOP/s")
        listing.add(
            "share of it",
            "\(Quantity.percent(result.gemmFraction)) (\(Quantity.fixed(result.operationsPerStep / 1e9, 1)) GFLOP a step)")
        listing.add("peak memory", Quantity.bytes(Machine.peakMemory))
        try Standard.output.line(listing.text)
    }
}
