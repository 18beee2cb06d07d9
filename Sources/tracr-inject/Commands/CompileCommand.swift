import ArgumentParser
import Compiler
import Compression
import Foundation
import RASP
import Serialization
import TrainingEngine

struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile a RASP program into the weights of a transformer with a labelled residual stream.",
        discussion: """
            Writes model.safetensors and config.json, which labels every direction of the residual stream, and checks \
            the model against the interpreter: on all inputs where there are fewer than N, else on N random ones. A \
            difference ends in exit code 1 and names the input, the position and the first variable that differs.

            EXAMPLES
              tracr-inject compile count
              tracr-inject compile sort.rasp --vocab a b c d --max-length 8 --output sorted
              tracr-inject compile count --verify 100000 --json
              tracr-inject compile shuffle_dyck --format gpt2 --output dyck-gpt2
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

    @Flag(
        inversion: .prefixedNo,
        help: "Compute a variable in the layer of its named inputs, not after them (default: where that saves layers).")
    var fuse: Bool?

    @Flag(help: "Let later variables take the directions of dead ones: a narrower stream, labelled layer by layer.")
    var reuseDirections = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Also learn linear maps of the residual stream to these widths; written to DIR/compressed-WIDTH.", valueName: "width"))
    var compress: [Int] = []

    @Option(help: ArgumentHelp("Training steps for each of them.", valueName: "n"))
    var compressSteps = CompressionOptions().steps

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if verify < 0 { throw ValidationError("--verify has to be at least 0.") }
        if compressSteps < 0 { throw ValidationError("--compress-steps has to be at least 0.") }
        if format == .gpt2, !compress.isEmpty { throw ValidationError("--compress is for plain weights, not for --format gpt2.") }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable { case plain, gpt2 }

    func run() throws {
        common.apply()
        do {
            try compile()
        } catch let error as RASPError where json.isOn {
            try Standard.output.json(["program": .string(program), "diagnostics": .diagnostics(error.diagnostics)])
            throw error
        }
    }

    private func compile() throws {
        let program = try ProgramFile.load(self.program, output: name)
        ProgramFile.show(
            program.warnings + CausalCheck.warnings(for: program, masked: pragmas.causal ?? program.causal ?? false))
        let started = Date()
        var options = pragmas.compilerOptions
        options.fuseThroughNamedVariables = fuse
        options.reuseDirections = reuseDirections
        let model = try RASPCompiler.compile(program, options: options)
        let seconds = Date().timeIntervalSince(started)

        let place = output ?? "compiled/\(name ?? program.name)"
        let directory = URL(fileURLWithPath: place)
        var export: GPT2Export?
        switch format {
        case .plain: try model.save(to: directory)
        case .gpt2:
            let exported = try GPT2Export(model)
            try exported.save(to: directory)
            export = exported
        }
        let report = verify > 0 ? try model.verify(against: program, count: verify, seed: seed) : nil
        // The export runs densely; a tenth of the inputs takes as long as all of them do on the sparse weights.
        let check = try export.flatMap { export in
            verify > 0 ? try GPT2ExportCheck(export, model, folder: directory, count: (verify + 9) / 10, seed: seed) : nil
        }

        let summary = CompilationSummary(
            model: model, directory: place, seconds: seconds, report: report, export: export, check: check,
            compressions: try compressed(model, into: directory))
        if json.isOn {
            try Standard.output.json(summary.json)
        } else {
            try Standard.output.line(summary.text)
        }
        if let mismatch = report?.firstMismatch {
            throw Failure(.verificationFailed, "the compiled model differs from the interpreter", at: "\(mismatch)")
        }
        if let mismatch = check?.mismatch {
            throw Failure(.verificationFailed, "the exported GPT-2 differs from the compiled model", at: mismatch)
        }
    }

    private func compressed(_ model: CompiledModel, into directory: URL) throws -> [CompressedModel] {
        var options = CompressionOptions()
        options.steps = compressSteps
        options.seed = seed
        return try compress.map { width in
            var progress = ProgressLine(total: compressSteps)
            let compressed = try CompressedModel(model, width: width, options: options) { step, loss in
                progress.show(step, "compressing to \(width): step \(step)/\(compressSteps)  loss \(Quantity.fixed(loss, 4))")
            }
            try compressed.save(to: directory.appendingPathComponent("compressed-\(width)"))
            return compressed
        }
    }
}
