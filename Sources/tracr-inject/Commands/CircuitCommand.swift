import ArgumentParser
import Basics
import Compiler
import Foundation
import Injection
import RASP
import Reporting
import TrainingEngine

struct CircuitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "circuit",
        abstract: "Show what every component of a circuit reads and writes, and write it as a case.",
        discussion: """
            The program is compiled, and its circuit is read off the weights. Then each component and each edge is given \
            what it would carry on another input of the same length, and the table says how often the output changes. \
            Everything outside the circuit is exchanged as well, which must change nothing: else exit code 1. --output \
            writes the program as a Hugging Face GPT-2 with its circuit beside it, for tools that look for circuits.

            Of a run that was trained with a circuit, the same of the student's components. --output measures what the \
            circuit is worth and writes the student with it, with pairs of prompts and every certificate.

            EXAMPLES
              tracr-inject circuit count
              tracr-inject circuit shuffle_dyck --draw dyck.svg
              tracr-inject circuit int_sum --max-length 20 --pairs 1000 --json
              tracr-inject circuit induction --output induction-circuit
              tracr-inject circuit runs/count-circuit --output cases/count
            """)

    @Argument(help: "A RASP file, the name of a bundled program such as count, or a run directory.")
    var program: String

    @OptionGroup var pragmas: PragmaArguments

    @Option(help: ArgumentHelp("Compile this s-op of the program, not its output.", valueName: "s-op"))
    var name: String?

    @OptionGroup var layout: LayoutArguments

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the program as a GPT-2, its graph and its certificates here.", valueName: "dir"))
    var output: String?

    @Option(help: ArgumentHelp("Draw the circuit.", valueName: "file.svg"))
    var draw: String?

    @Option(help: ArgumentHelp("Pairs of inputs on which everything is exchanged; 0: none.", valueName: "n"))
    var pairs = 200

    @Option(
        help: ArgumentHelp("Further pairs for edges on which nothing has changed the output yet.", valueName: "n"))
    var search = 2000

    @Option(help: ArgumentHelp("Decides the pairs.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if pairs < 0 { throw ValidationError("--pairs has to be at least 0.") }
        if search < 0 { throw ValidationError("--search has to be at least 0.") }
    }

    func run() throws {
        common.apply()
        let directory = RunDirectory(URL(fileURLWithPath: self.program))
        guard !directory.isRun else { return try run(of: directory) }
        let program = try ProgramFile.load(self.program, output: name)
        ProgramFile.show(ProgramFile.findings(program, masked: pragmas.causal ?? program.causal ?? false))
        var options = pragmas.compilerOptions
        layout.apply(to: &options)
        if output != nil { options.readError = GPT2Export.readError }
        let model = try program.compile(options)
        let folder = try output.map { try ModelFolder.replaceable($0) }
        let export = try output.map { _ in try GPT2Export(model) }

        let circuit = CompiledCircuit(model)
        let report = CircuitReport(circuit: circuit, survey: try survey(circuit), searched: search)
        if let draw { try DrawingFile.write(report.picture.svg(), to: draw) }
        var failure = report.failure
        if failure == nil, let folder, let export {
            let files = CircuitCase(
                report: report, export: export, options: options, seed: seed, inputs: max(8, pairs / 10))
            failure = try files.write(to: folder)
        }
        if json.isOn {
            try Standard.output.json(report.json)
        } else {
            try Standard.output.line(report.text)
            if failure == nil, let output { try Standard.output.line("written to \(output)") }
        }
        if let failure { throw failure }
    }

    private func run(of directory: RunDirectory) throws {
        guard name == nil, layout.isDefault, pragmas.isDefault else {
            throw Failure(
                .usage, "--name, --vocab, --max-length, --causal, --fuse and --reuse-directions are for programs",
                at: program, remedy: "a run's program is compiled already: leave them out")
        }
        let run = try LoadedRun(directory)
        let seed = Int(truncatingIfNeeded: self.seed)
        let folder = try output.map { try ModelFolder.replaceable($0) }
        let report = try InjectedCircuitReport(run, pairs: pairs, seed: seed)
        if let draw { try DrawingFile.write(report.circuit.picture(report.graph).svg(), to: draw) }
        if let folder {
            var options = RunCase.Options()
            (options.pairs, options.seed) = (max(1, pairs), seed)
            try RunCase.write(
                run, report.circuit, effects: report.pairs > 0 ? report.graph : nil, to: folder, options: options)
        }
        if json.isOn { return try Standard.output.json(report.json) }
        try Standard.output.line(report.text)
        if let output { try Standard.output.line("written to \(output)") }
    }

    private func survey(_ circuit: CompiledCircuit) throws -> CircuitSurvey? {
        guard pairs > 0 else { return nil }
        var survey = try CircuitSurvey(circuit, on: circuit.model.circuitPairs(pairs, seed: seed), seed: seed)
        if !survey.unseen.isEmpty {
            try survey.search(circuit, on: circuit.model.circuitPairs(search, seed: seed &+ 1))
        }
        return survey
    }
}
