import ArgumentParser
import Basics
import Foundation
import Injection
import InjectionSettings
import Reporting

struct ReproduceCommand: RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Train, measure and report the paper's experiments.",
        discussion: """
            Trains both methods on the tasks, one run a seed, measures them all and writes report.html with our figures \
            beside the paper's. Begins with an estimate of the time it takes. Interrupted, or started again, it goes on \
            where it was: finished runs are left as they are, broken ones resume from their last checkpoint.

            EXAMPLES
              tracr-inject reproduce
              tracr-inject reproduce --tasks count --seeds 3
              tracr-inject reproduce --student ./gpt2-large --recipe paper --text-file corpus.txt
            """)

    @Option(help: ArgumentHelp("Tasks, separated by commas.", valueName: "list"))
    var tasks = InjectionTask.namesOfPaper.joined(separator: ",")

    @Option(help: ArgumentHelp("tracr, finetune, or both.", valueName: "list"))
    var methods = Settings.Method.allCases.map(\.rawValue).joined(separator: ",")

    @Option(help: ArgumentHelp("Runs of each task and method, with seeds from 42 up.", valueName: "n"))
    var seeds = 1

    @Option(help: ArgumentHelp("tiny, or the folder of a GPT-2, Llama, Qwen, GPT-NeoX or OPT.", valueName: "dir"))
    var student: String?

    @Option(help: ArgumentHelp("\(Recipe.names): where the settings start from.", valueName: "name"))
    var recipe: String?

    @Option(help: ArgumentHelp("Training steps of each run (default: the recipe's).", valueName: "n"))
    var steps: Int?

    @Option(help: ArgumentHelp("Text for the KL term: plain, or JSON lines with a field text.", valueName: "file"))
    var textFile: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Any setting of all runs, such as lr.student=1e-4. Can be repeated.", valueName: "key=value")
    )
    var set: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("Where runs and report go.", valueName: "dir"))
    var output: String?

    @OptionGroup(title: "Measurements") var measurements: MeasurementArguments
    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...1000).contains(seeds) { throw ValidationError("--seeds has to be from 1 to 1000.") }
    }

    func run() throws {
        common.apply()
        let ranks = try Launch.join()
        Standard.ignoreClosedPipes()
        SignalHandlers.install()
        var options = try options()
        options.ranks = ranks
        let outcome = try Reproduction(options).run()
        if let signal = outcome.interruptedBy {
            Standard.error("tracr-inject: interrupted; the same command goes on from here")
            throw ExitCode(128 + signal)
        }
        try outcome.report?.show(page: outcome.page, asJSON: json.isOn)
    }

    private func options() throws -> Reproduction.Options {
        var options = Reproduction.Options()
        options.tasks = Self.list(tasks)
        options.methods = try Self.list(methods).map { name in
            guard let method = Settings.Method(rawValue: name) else {
                throw Failure(.usage, "unknown method '\(name.prefix(100))'", remedy: "Methods: tracr, finetune")
            }
            return method
        }
        guard !options.tasks.isEmpty, !options.methods.isEmpty else {
            throw Failure(.usage, "there is nothing to train: no task, or no method")
        }
        options.seeds = seeds
        let flags: [(key: String, value: String?)] = [
            ("student", student), ("recipe", recipe), ("steps", steps.map(String.init)), ("text.file", textFile),
        ]
        options.overrides =
            flags.compactMap { flag in flag.value.map { SettingOverride(flag.key, $0) } }
            + (try set.map { try SettingOverride(parsing: $0) })
        if let output { options.output = URL(fileURLWithPath: output) }
        try measurements.apply(to: &options.evaluation)
        return options
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
