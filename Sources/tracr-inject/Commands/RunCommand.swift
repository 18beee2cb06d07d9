import ArgumentParser
import Basics
import Compiler
import Foundation
import RASP
import Resources

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Interpret a RASP or C-RASP program, or execute its compiled weights.",
        discussion: """
            INPUT is a string, split into characters, or a JSON array of tokens. Without INPUT, every line of standard \
            input is one, and ends at a line feed or a carriage return and line feed; on a terminal, a session with the \
            program loaded begins. Each output is printed as a JSON array, which can serve as an input again. The \
            interpreter also takes tokens and lengths that the program does not declare, and says so once on standard \
            error. Without PROGRAM: a session in the RASP language.

            A file that ends in .crasp is in C-RASP. A folder that compile wrote is executed as it is, with no program to \
            compare it with. With --generate the output at the last position is appended to the \
            input as its next token, N times or until TOKEN; the tokens that were generated are printed.

            EXAMPLES
              tracr-inject run reverse bead
              tracr-inject run count '["x", "_", "x", ":"]' --trace
              tracr-inject run count --compiled 'x_x:' --json
              tracr-inject run compiled/count 'x_x:' --trace
              tracr-inject run sort --layers
              tracr-inject run dyck1.crasp '(())()' --accept
              tracr-inject run count '["x", "x", ":"]' --generate 3 --until '!'
              tracr-inject run sort cab --draw sort.svg
              echo abcab | tracr-inject run histogram.rasp
              tracr-inject run
            """)

    @Argument(help: "A RASP or C-RASP file, the name of a bundled program such as count, or a compiled folder.")
    var program: String?

    @Argument(help: "Input sequences.")
    var input: [String] = []

    @OptionGroup var pragmas: PragmaArguments

    @Option(help: ArgumentHelp("Take this s-op of the program for its output.", valueName: "s-op"))
    var name: String?

    @Flag(help: "Execute the compiled weights and compare them with the interpreter; a difference ends in exit code 1.")
    var compiled = false

    @OptionGroup(title: "With --compiled") var layout: LayoutArguments

    @Flag(help: "Put the beginning-of-sequence token § before every input; results leave its position out.")
    var bos = false

    @Flag(help: "Show every named variable at every position.")
    var trace = false

    @Option(help: ArgumentHelp("Append the output at the last position N times, as the next token.", valueName: "n"))
    var generate: Int?

    @Option(help: ArgumentHelp("With --generate: stop after this token.", valueName: "token"))
    var until: String?

    @Flag(help: "Print accept or reject for each input: the boolean at its last position.")
    var accept = false

    @Flag(help: "Report how deep a C-RASP program nests its counts.")
    var depth = false

    @Flag(
        help:
            "Report layers and attention heads, by the reference implementation's rule (compile counts those of the weights)."
    )
    var layers = false

    @Option(help: ArgumentHelp("Draw the computation on the one INPUT.", valueName: "file.svg"))
    var draw: String?

    @Flag(help: "Refuse what the reference implementation refuses.")
    var strict = false

    @Flag(help: "A session that prints exactly what the reference implementation prints.")
    var transcript = false

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if program == nil,
            name != nil || compiled || trace || layers || draw != nil || strict || json.isOn || generate != nil
                || accept || depth
        {
            throw ValidationError(
                "Without PROGRAM a session begins, which takes only --causal, --bos and --transcript.")
        }
        if transcript, program != nil || pragmas.causal != nil || bos {
            throw ValidationError("--transcript goes with no PROGRAM and no other option.")
        }
        if compiled, bos || draw != nil { throw ValidationError("--compiled excludes --bos and --draw.") }
        if !compiled, !layout.isDefault {
            throw ValidationError("--tied, --fuse and --reuse-directions go with --compiled.")
        }
        if draw != nil, input.count != 1 { throw ValidationError("--draw needs exactly one INPUT.") }
        if let generate, generate < 1 { throw ValidationError("--generate has to be at least 1.") }
        if generate != nil, trace || accept { throw ValidationError("--generate excludes --trace and --accept.") }
        if until != nil, generate == nil { throw ValidationError("--until goes with --generate.") }
    }

    private var bosToken: Atom? { bos ? Interpreter.customaryBOS : nil }

    func run() throws {
        common.apply()
        guard let program else {
            var console = console()
            return try console.converse()
        }
        if let folder = Self.folder(program) { return try execute(folder) }
        if input.isEmpty, !layers, !depth, !json.isOn, generate == nil, !accept, Terminal.isTerminal(.input) {
            let url = try BundledFiles().program(program)
            if ProgramLanguage(of: url) == .rasp {
                var console = console()
                try console.load(url)
                return try console.converse()
            }
        }
        try evaluate(program)
    }

    private func console() -> Console {
        var console = Console(causal: pragmas.causal ?? false, bos: bosToken, transcript: transcript)
        console.compilerOptions = pragmas.compilerOptions
        return console
    }

    private func evaluate(_ path: String) throws {
        var report = RunReport(
            isJSON: json.isOn, name: URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
        try report.collecting { report in
            let program = try ProgramFile.load(path, output: name, strict: strict)
            let shown = try ShownProgram(program, causal: pragmas.causal, bos: bos, depth: depth)
            let causal = pragmas.causal ?? program.causal ?? false
            report.begin(program.name)
            report.note(ProgramFile.findings(program, masked: causal, showsVariables: trace))
            if let depth = shown.depth { try report.add(depth: depth) }
            if layers { try report.add(LayerTable(shown.graph)) }
            var drawings = DrawingFile()
            for drawing in shown.graph.drawings { try drawings.write(drawing, causal: causal, bos: bosToken) }
            let runner = try runner(program, causal: causal)
            if trace, let runner = runner as? CompiledRunner { report.note(missing: runner.missing) }
            let reads = PositionCheck.reads(below: shown.graph.output)
            var positions = PositionCheck()
            let vocabulary = pragmas.compilerOptions.vocabulary ?? program.vocabulary
            let maxLength = pragmas.maxLength ?? program.maxLength
            var declared = DeclaredInputs(
                tokens: vocabulary.map { DeclaredTokens($0, of: program) }, maxLength: maxLength)
            let generation = generate.map {
                Generation(count: $0, until: until, vocabulary: vocabulary, maxLength: maxLength)
            }
            for text in (layers || depth) && input.isEmpty ? AnySequence([]) : texts() {
                let text = try text.get()
                let sequence = try text.blamed {
                    let sequence = try InputSequence(parsing: text)
                    let length = sequence.tokens.count + (bos ? 1 : 0)
                    report.note(positions.warnings(about: reads, length: length))
                    // The compiled model refuses such an input itself.
                    if !compiled { report.note(declared.notes(about: sequence.tokens)) }
                    if let draw {
                        try DrawingFile.write(shown.graph, on: sequence.tokens, causal: causal, bos: bosToken, to: draw)
                    }
                    return sequence
                }
                try run(sequence, of: text, runner, generation, output: program.outputName, &report)
            }
        }
    }

    /// Runs one input, and says what came of it.
    private func run(
        _ sequence: InputSequence, of text: InputText, _ runner: any ProgramRunner, _ generation: Generation?,
        output: String, _ report: inout RunReport
    ) throws {
        let result = try text.blamed {
            if let generation { return try generation.run(runner, on: sequence.tokens) }
            var result = try runner.run(sequence.tokens, tracing: trace)
            if accept { try result.accept(output: output) }
            return result
        }
        report.note(result.findings)
        if result.generated?.isEmpty != true { try report.add(result, tracing: trace, output: output) }
        if let failure = result.failure { try text.blamed { throw failure } }
    }

    /// The folder at that path, unless a program is called so.
    private static func folder(_ path: String) -> URL? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue,
            path.holds("/") || (try? BundledFiles().program(path)) == nil
        else { return nil }
        return URL(fileURLWithPath: path)
    }

    /// Executes weights that `compile` wrote.
    private func execute(_ folder: URL) throws {
        guard name == nil, !layers, !depth, !compiled, draw == nil, !bos, !strict, pragmas.isDefault else {
            throw Failure(
                .usage,
                "'\(Path.shown(folder))' is a folder, and weights take only --trace, --generate, --until, --accept and --json",
                remedy: "Name the program itself for the other options.")
        }
        var report = RunReport(isJSON: json.isOn, name: folder.lastPathComponent)
        try report.collecting { report in
            let model = try CompiledModel.load(from: folder)
            report.begin(model.name)
            let runner = CompiledRunner(model: model)
            let generation = generate.map {
                Generation(count: $0, until: until, vocabulary: model.vocabulary, maxLength: model.maxLength)
            }
            for text in texts() {
                let text = try text.get()
                let sequence = try text.blamed { try InputSequence(parsing: text) }
                try run(sequence, of: text, runner, generation, output: model.output, &report)
            }
        }
    }

    private func texts() -> AnySequence<Result<InputText, Failure>> {
        input.isEmpty ? AnySequence(InputLines()) : AnySequence(input.map { .success(InputText(text: $0)) })
    }

    private func runner(_ program: any CompilableProgram, causal: Bool) throws -> any ProgramRunner {
        if compiled {
            var options = pragmas.compilerOptions
            layout.apply(to: &options)
            return CompiledRunner(model: try program.compile(options), program: program)
        }
        guard let rasp = program as? Program else { return EvaluatedRunner(program: program) }
        return InterpretedRunner(program: rasp, interpreter: Interpreter(causal: causal, bos: bosToken))
    }
}
