import ArgumentParser
import Compiler
import Foundation
import Injection
import RASP
import Serialization

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Interpret a RASP program, or execute its compiled weights.",
        discussion: """
            INPUT is a string, split into characters, or a JSON array of tokens. Without INPUT, every line of standard \
            input is one; on a terminal, a session with the program loaded begins. Each output is printed as a JSON array, \
            which can serve as an input again. Without PROGRAM: a session in the RASP language.

            EXAMPLES
              tracr-inject run reverse hello
              tracr-inject run count '["x", "y", "x", ":"]' --trace
              tracr-inject run count --compiled 'xyx:' --json
              echo abcab | tracr-inject run histogram.rasp
              tracr-inject run
            """)

    @Argument(help: "A RASP file, or the name of a bundled program such as count.")
    var program: String?

    @Argument(help: "Input sequences.")
    var input: [String] = []

    @OptionGroup var pragmas: PragmaArguments

    @Flag(help: "Execute the compiled weights in place of the interpreter.")
    var compiled = false

    @Flag(help: "Show every named variable at every position.")
    var trace = false

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        guard let program else { return try Console(causal: pragmas.causal ?? false).converse() }
        if input.isEmpty, Terminal.isTerminal(.input) {
            let console = Console(causal: pragmas.causal ?? false)
            try console.load(BundledFiles().program(program))
            return try console.converse()
        }
        try evaluate(ProgramFile.load(program))
    }

    private func evaluate(_ program: Program) throws {
        let runner: any ProgramRunner =
            compiled
            ? CompiledRunner(
                model: try RASPCompiler.compile(program, options: pragmas.compilerOptions),
                names: program.variables.map(\.name))
            : InterpretedRunner(program: program, causal: pragmas.causal ?? program.causal ?? false)

        var results: [JSONValue] = []
        func evaluate(_ text: String) throws {
            let sequence = try InputSequence(parsing: text)
            let result = try runner.run(sequence.tokens, tracing: trace)
            if json.isOn {
                results.append(result.json(tracing: trace))
            } else if trace {
                try Standard.output.line((results.isEmpty ? "" : "\n") + result.table(output: program.outputName))
                results.append(.null)
            } else {
                try Standard.output.json(JSONValue(result.output))
            }
        }
        if input.isEmpty {
            for line in InputLines() { try evaluate(line.get()) }
        } else {
            for text in input { try evaluate(text) }
        }
        if json.isOn {
            try Standard.output.json(["program": .string(program.name), "results": .array(results)])
        }
    }
}
