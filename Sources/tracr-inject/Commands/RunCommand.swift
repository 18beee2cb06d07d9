import ArgumentParser
import Compiler
import Foundation
import RASP
import Resources
import Serialization

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Interpret a RASP program, or execute its compiled weights.",
        discussion: """
            INPUT is a string, split into characters, or a JSON array of tokens. Without INPUT, every line of standard \
            input is one, and ends at a line feed or a carriage return and line feed; on a terminal, a session with the \
            program loaded begins. Each output is printed as a JSON array, which can serve as an input again. The \
            interpreter also takes tokens and lengths that the program does not declare, and says so once on standard \
            error. Without PROGRAM: a session in the RASP language.

            EXAMPLES
              tracr-inject run reverse bead
              tracr-inject run count '["x", "_", "x", ":"]' --trace
              tracr-inject run count --compiled 'x_x:' --json
              tracr-inject run sort --layers
              tracr-inject run sort cab --draw sort.svg
              echo abcab | tracr-inject run histogram.rasp
              tracr-inject run
            """)

    @Argument(help: "A RASP file, or the name of a bundled program such as count.")
    var program: String?

    @Argument(help: "Input sequences.")
    var input: [String] = []

    @OptionGroup var pragmas: PragmaArguments

    @Option(help: ArgumentHelp("Take this s-op of the program for its output.", valueName: "s-op"))
    var name: String?

    @Flag(help: "Execute the compiled weights and compare them with the interpreter; a difference ends in exit code 1.")
    var compiled = false

    @Flag(help: "Put the beginning-of-sequence token § before every input; results leave its position out.")
    var bos = false

    @Flag(help: "Show every named variable at every position.")
    var trace = false

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
        if program == nil, name != nil || compiled || trace || layers || draw != nil || strict || json.isOn {
            throw ValidationError(
                "Without PROGRAM a session begins, which takes only --causal, --bos and --transcript.")
        }
        if transcript, program != nil || pragmas.causal != nil || bos {
            throw ValidationError("--transcript goes with no PROGRAM and no other option.")
        }
        if compiled, bos || draw != nil { throw ValidationError("--compiled excludes --bos and --draw.") }
        if draw != nil, input.count != 1 { throw ValidationError("--draw needs exactly one INPUT.") }
    }

    private var bosToken: Atom? { bos ? Interpreter.customaryBOS : nil }

    func run() throws {
        common.apply()
        guard let program else {
            var console = console()
            return try console.converse()
        }
        if input.isEmpty, !layers, !json.isOn, Terminal.isTerminal(.input) {
            var console = console()
            try console.load(BundledFiles().program(program))
            return try console.converse()
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
            let causal = pragmas.causal ?? program.causal ?? false
            let findings = program.warnings + CausalCheck.warnings(for: program, masked: causal)
            report.begin(program)
            report.note(findings)
            if layers { try report.add(LayerTable(program)) }
            var drawings = DrawingFile()
            for drawing in program.drawings { try drawings.write(drawing, causal: causal, bos: bosToken) }
            let runner = try runner(program, causal: causal)
            if trace, let runner = runner as? CompiledRunner { report.note(missing: runner.missing) }
            let reads = PositionCheck.reads(below: program.output)
            var positions = PositionCheck()
            let vocabulary = pragmas.compilerOptions.vocabulary ?? program.vocabulary
            var declared = DeclaredInputs(
                tokens: vocabulary.map { DeclaredTokens($0, of: program) },
                maxLength: pragmas.maxLength ?? program.maxLength)
            for text in layers && input.isEmpty ? AnySequence([]) : texts() {
                let text = try text.get()
                let result = try text.blamed {
                    let sequence = try InputSequence(parsing: text)
                    let length = sequence.tokens.count + (bos ? 1 : 0)
                    report.note(positions.warnings(about: reads, length: length))
                    // The compiled model refuses such an input itself.
                    if !compiled { report.note(declared.notes(about: sequence.tokens)) }
                    if let draw {
                        try DrawingFile.write(program, on: sequence.tokens, causal: causal, bos: bosToken, to: draw)
                    }
                    return try runner.run(sequence.tokens, tracing: trace)
                }
                report.note(result.findings)
                try report.add(result, tracing: trace, output: program.outputName)
            }
        }
    }

    private func texts() -> AnySequence<Result<InputText, Failure>> {
        input.isEmpty ? AnySequence(InputLines()) : AnySequence(input.map { .success(InputText(text: $0)) })
    }

    private func runner(_ program: Program, causal: Bool) throws -> any ProgramRunner {
        guard compiled else {
            return InterpretedRunner(program: program, interpreter: Interpreter(causal: causal, bos: bosToken))
        }
        let model = try RASPCompiler.compile(program, options: pragmas.compilerOptions)
        return CompiledRunner(model: model, program: program)
    }
}
