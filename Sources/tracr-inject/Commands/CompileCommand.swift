import ArgumentParser
import Basics
import Compiler
import Compression
import Foundation
import RASP
import Resources
import TrainingEngine

struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile a RASP program into the weights of a transformer with a labelled residual stream.",
        discussion: """
            Writes model.safetensors and config.json, which labels every direction of the residual stream, and checks \
            the model against the interpreter: on all inputs where there are fewer than N, else on N random ones. A \
            difference ends in exit code 1 and names the input, the position and the first variable that differs; nothing is \
            written then, and a folder that was there stays as it was.

            EXAMPLES
              tracr-inject compile count
              tracr-inject compile sort.rasp --vocab a b c d --max-length 8 --output sorted
              tracr-inject compile count --verify 100000 --json
              tracr-inject compile shuffle_dyck --format gpt2 --output dyck-gpt2
              tracr-inject compile parity --tied
              tracr-inject compile count --compress 100 60 30
            """)

    @Argument(help: "A RASP file, or the name of a bundled program such as count.")
    var program: String

    @OptionGroup var pragmas: PragmaArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write (default: compiled/NAME).", valueName: "dir"))
    var output: String?

    @Option(help: ArgumentHelp("Compile this s-op of the program, not its output.", valueName: "s-op"))
    var name: String?

    @Option(help: ArgumentHelp("Inputs to compare with the interpreter; 0: none.", valueName: "n"))
    var verify = 1000

    @Option(help: ArgumentHelp("Decides the random inputs.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(help: "plain: the weights as they are. gpt2: an ordinary Hugging Face GPT-2, for causal programs.")
    var format = Format.plain

    @OptionGroup var layout: LayoutArguments

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Also learn linear maps of the residual stream to these widths; written to DIR/compressed-WIDTH.",
            valueName: "width"))
    var compress: [Int] = []

    @Option(help: ArgumentHelp("Training steps for each of them.", valueName: "n"))
    var compressSteps = CompressionOptions().steps

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if verify < 0 { throw ValidationError("--verify has to be at least 0.") }
        if compressSteps < 0 { throw ValidationError("--compress-steps has to be at least 0.") }
        if format == .gpt2, !compress.isEmpty {
            throw ValidationError("--compress is for plain weights, not for --format gpt2.")
        }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable { case plain, gpt2 }

    func run() throws {
        common.apply()
        let difference: Failure?
        do {
            difference = try compile()
        } catch {
            if json.isOn, let findings = Diagnostic.findings(of: error) {
                try Standard.output.json(["program": .string(program), "diagnostics": .diagnostics(findings)])
            }
            throw error
        }
        if let difference { throw difference }
    }

    /// - Returns: how the weights differ from the program, which the report says as well.
    private func compile() throws -> Failure? {
        let program = try ProgramFile.load(self.program, output: name)
        ProgramFile.show(
            ProgramFile.findings(program, masked: pragmas.causal ?? program.causal ?? false))
        let started = Date()
        var options = pragmas.compilerOptions
        layout.apply(to: &options)
        if format == .gpt2 { options.readError = GPT2Export.readError }
        let model = try program.compile(options)
        let seconds = Date().timeIntervalSince(started)

        let place = try output ?? "compiled/\(name ?? BundledFiles().programName(self.program) ?? program.name)"
        let directory = try ModelFolder.replaceable(place)
        let report = verify > 0 ? try model.verify(against: program, count: verify, seed: seed) : nil
        var summary = CompilationSummary(model: model, directory: nil, seconds: seconds, report: report)
        // Weights that were found wrong are not written, and what stood there before stays.
        var failure: Failure?
        do throws(Failure) { try report?.require() } catch { failure = error }
        if failure == nil {
            switch format {
            case .plain: try model.save(to: directory)
            case .gpt2: failure = try export(model, to: directory, summary: &summary)
            }
        }
        if failure == nil {
            summary.directory = place
            summary.compressions = try compressed(model, into: directory)
        }
        if json.isOn {
            try Standard.output.json(summary.json)
        } else {
            try Standard.output.line(summary.text)
        }
        return failure
    }

    /// Writes a GPT-2 beside its place, runs it, and puts it there if it answers as the compiled model does.
    ///
    /// - Returns: how it differs.
    private func export(_ model: CompiledModel, to directory: URL, summary: inout CompilationSummary) throws -> Failure?
    {
        let export = try GPT2Export(model)
        summary.export = export
        var check: GPT2ExportCheck?
        do {
            try AtomicFile.createDirectory(directory.deletingLastPathComponent())
            try AtomicFile.replaceDirectory(at: directory) { temporary in
                try export.save(to: temporary)
                // The export runs densely; a tenth of the inputs takes as long as all of them do on the sparse weights.
                // Some are always run, since no bound holds for what layer normalisation does to the weights.
                let count = max(8, (verify + 9) / 10)
                let found = try GPT2ExportCheck(export, model, folder: temporary, count: count, seed: seed)
                check = found
                if let mismatch = found.mismatch { throw ExportDiffers(mismatch: mismatch) }
            }
        } catch let error as ExportDiffers {
            summary.check = check
            return Failure(
                .verificationFailed, "the exported GPT-2 differs from the compiled model", at: error.mismatch)
        }
        summary.check = check
        return nil
    }

    private struct ExportDiffers: Error { let mismatch: String }

    private func compressed(_ model: CompiledModel, into directory: URL) throws -> [CompressedModel] {
        var options = CompressionOptions()
        options.steps = compressSteps
        options.seed = seed
        return try compress.map { width in
            var progress = ProgressLine(total: compressSteps)
            let compressed = try CompressedModel(model, width: width, options: options) { step, loss in
                progress.show(
                    step, "compressing to \(width): step \(step)/\(compressSteps)  loss \(Quantity.fixed(loss, 4))")
            }
            try compressed.save(to: directory.appendingPathComponent("compressed-\(width)"))
            return compressed
        }
    }
}
