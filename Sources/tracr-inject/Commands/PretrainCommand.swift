import ArgumentParser
import Basics
import Foundation
import InjectionSettings
import Pretraining
import Resources

struct PretrainCommand: RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Train a GPT-2 and its vocabulary from scratch on plain text.",
        discussion: """
            How the bundled student tiny was made. The run directory holds the model as a Hugging Face folder, metrics \
            and checkpoints; Ctrl-C saves a checkpoint and ends with exit code 130.

            EXAMPLES
              tracr-inject pretrain --config pretrain-tiny --text corpus/train.jsonl
              tracr-inject pretrain --config my.yaml --text a.txt b.txt --output runs/mine
              tracr-inject pretrain --config my.yaml --text a.txt b.txt --output runs/mine --resume
            """)

    @Option(help: ArgumentHelp("A YAML file of settings, or the name of a bundled one.", valueName: "file"))
    var config: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Plain text, or JSON lines with a field text.", valueName: "file"))
    var text: [String] = []

    @OptionGroup var format: TextFormatOption

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The run directory (default: the configuration's).", valueName: "dir"))
    var output: String?

    @Option(help: ArgumentHelp("Training steps (default: the configuration's).", valueName: "n"))
    var steps: Int?

    @Option(help: ArgumentHelp("Decides the initial weights and the windows drawn.", valueName: "n"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Any setting, such as lr.peak=1e-3. Can be repeated.", valueName: "key=value"))
    var set: [String] = []

    @Flag(help: "Go on from the newest checkpoint.")
    var resume = false

    @Flag(help: "Print the resolved settings as YAML and exit.")
    var printConfig = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let steps, steps < 0 { throw ValidationError("--steps has to be at least 0.") }
    }

    /// Flags first, then --set in its order, so that the more explicit one wins.
    private func overrides() throws -> [SettingOverride] {
        let flags: [(key: String, value: String?)] = [
            ("output", output), ("text.format", format.value?.rawValue), ("steps", steps.map(String.init)),
            ("seed", seed.map(String.init)),
        ]
        return flags.compactMap { flag in flag.value.map { SettingOverride(flag.key, $0) } }
            + (try set.map { try SettingOverride(parsing: $0) })
    }

    func run() throws {
        common.apply()
        let ranks = try Launch.join()
        Standard.ignoreClosedPipes()
        let settings = try PretrainSettings.resolve(
            configuration: try config.map { try BundledFiles().configuration($0) }, overrides: overrides())
        if printConfig {
            try Standard.output.write(settings.yaml())
            return
        }
        guard !text.isEmpty else {
            throw Failure(.usage, "pretrain needs a text", remedy: "Name one or more files with --text FILE.")
        }
        SignalHandlers.install()
        let inputs = try PretrainInputs.prepare(
            settings, texts: text.map { URL(fileURLWithPath: $0) }, resume: resume, ranks: ranks)
        let pretrainer = try Pretrainer(inputs)
        try pretrainer.train()
        if let signal = pretrainer.interruptedBy, pretrainer.step < settings.steps {
            Standard.error(
                "tracr-inject: interrupted; saved after step \(pretrainer.step). Go on with --resume.")
            throw ExitCode(128 + signal)
        }
        try Standard.output.line(
            "\(settings.output): trained \(pretrainer.step) steps; the model is in \(settings.output)/student")
    }
}
