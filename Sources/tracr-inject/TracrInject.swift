import ArgumentParser
import Foundation

/// The root command. Everything that computes lives in the libraries; a command parses its arguments,
/// calls one of them and prints what came back.
@main
struct TracrInject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracr-inject",
        abstract: "Compile RASP programs into transformers, and inject them into GPT-2.",
        discussion: """
            A RASP program is compiled into a small transformer whose residual stream is labelled; a GPT-2 is then
            fine-tuned so that its own residual stream encodes the same variables linearly. What was injected can be
            measured (eval) and read back by name (decode).

            EXAMPLES
              tracr-inject run count 'xyxx:'          interpret a bundled program
              tracr-inject compile count              compile it into labelled weights
              tracr-inject train --task count         inject it into the bundled student
              tracr-inject eval                       accuracy and perplexity of the last run
              tracr-inject decode "What is the number of 'X' in this text? x y x. Answer:"

            Results go to standard output; progress, warnings and errors to standard error.
            """,
        version: "tracr-inject \(Version.current)")

    /// ArgumentParser writes "Error: "; the contract asks for the program's name.
    static var _errorPrefix: String { ErrorReport.prefix }

    static func main() {
        Standard.prepare()
        let status: Int32
        do {
            var command = try parseAsRoot()
            try command.run()
            try Standard.output.flush()
            status = 0
        } catch {
            status = ErrorReport(error).send()
        }
        Foundation.exit(status)
    }
}

/// The version that `--version`, `doctor` and run directories show.
enum Version {
    static let current = "0.1.0"
}
