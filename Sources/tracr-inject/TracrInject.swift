import ArgumentParser
import Basics
import Foundation
import Injection
import Ranks
import Resources
import TensorCore

/// The root command. Everything that computes lives in the libraries; a command parses its arguments,
/// calls one of them and prints what came back.
@main
struct TracrInject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracr-inject",
        abstract: "Compile RASP programs into transformers, and inject them into language models.",
        discussion: """
            A RASP program is compiled into a small transformer whose residual stream is labelled; a language model is \
            then fine-tuned so that its own residual stream encodes the same variables linearly. What was injected can be \
            measured (eval) and read back by name (decode). Results go to standard output; progress, warnings and \
            errors to standard error.

            EXAMPLES
              tracr-inject run count 'xyxx:'
              tracr-inject compile count
              tracr-inject train --task count
              tracr-inject eval
              tracr-inject decode "What is the number of 'X' in this text? x y. Answer:"
            """,
        version: "tracr-inject \(Release.version)",
        groupedSubcommands: [
            CommandGroup(name: "RASP", subcommands: [RunCommand.self, CompileCommand.self]),
            CommandGroup(
                name: "Language Model",
                subcommands: [
                    TrainCommand.self, EvalCommand.self, DecodeCommand.self, DataCommand.self, TokenizeCommand.self,
                    ExportCommand.self, PretrainCommand.self, ReportCommand.self, ReproduceCommand.self,
                ]),
            CommandGroup(
                name: "Circuits", subcommands: [CircuitCommand.self, DiscoverCommand.self, ScoreCommand.self]),
            CommandGroup(name: "Machine", subcommands: [BenchCommand.self, DoctorCommand.self]),
        ])

    /// ArgumentParser writes "Error: "; other errors begin with the program's name.
    static var _errorPrefix: String { ErrorReport.prefix }

    static func main() {
        BLASKernel.choose()
        Standard.prepare()
        Heap.keepFreedMemory()
        Heap.whenExhausted { bytes in
            let failure = Failure(
                .badData, "the system has no memory left for \(Quantity.bytes(bytes)) more",
                remedy: Preflight.remedy)
            Foundation.exit(ErrorReport(failure).send())
        }
        let status: Int32
        do {
            try refuseUnknownCommand()
            var command = try parseAsRoot()
            if !(command is any RankedCommand) { try Launch.requireOneProcess(for: type(of: command)._commandName) }
            try VectorLevelCheck.run()
            try command.run()
            try Standard.output.flush()
            try Launch.leave()
            status = 0
        } catch {
            if let report = ErrorReport(parsing: error) {
                Standard.isSilent = Launcher.detect().map { $0.rank > 0 } ?? false
                status = report.send()
            } else {
                status = Launch.end(with: error)
            }
        }
        Foundation.exit(status)
    }
}

extension TracrInject {
    /// ArgumentParser calls a misspelt command an unexpected argument; it deserves a suggestion.
    private static func refuseUnknownCommand() throws {
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else { return }
        let commands = configuration.groupedSubcommands.flatMap(\.subcommands) + configuration.subcommands
        let names = commands.flatMap { [$0._commandName] + $0.configuration.aliases } + ["help"]
        guard !names.contains(word) else { return }
        let near = Suggestion.nearest(to: word, among: names)
        throw Failure(
            .usage, "unknown command '\(word.prefix(100))'",
            remedy: near.map { "Did you mean '\($0)'?" } ?? "`tracr-inject --help` shows every command.")
    }
}

extension ErrorReport {
    /// What ArgumentParser says of a command line that it refuses, or of a request for help; nil for any other error.
    fileprivate init?(parsing error: any Error) {
        // CommandError is not public: it stands for a parse error or for a request of help.
        let isCommandError = String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") && !(error is ExitCode)
        guard isCommandError || error is ValidationError || error is CleanExit else { return nil }
        let status = TracrInject.exitCode(for: error).rawValue
        self.init(text: TracrInject.fullMessage(for: error), status: status, isHelp: status == 0)
    }
}
