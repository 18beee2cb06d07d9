import ArgumentParser
import Basics
import Injection

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Print examples of a task as JSON lines.",
        discussion: """
            Each line is {"prompt": …, "answer": …}. No prompt of the train split is in the test split or the other way \
            round. Besides train and test, a split can be one of the task's settings outside the training \
            distribution: x-only, length-3x, y-to-z (count); cascading-overflow, four-digit, decimals (int-sum); \
            almost-balanced, length-3x, extra-family (shuffle-dyck). With --json, what the task is in place of \
            examples: how many distinct ones there are, and its settings.

            EXAMPLES
              tracr-inject data count --split test --count 5
              tracr-inject data int-sum --split cascading-overflow > overflow.jsonl
              tracr-inject data my-task.yaml
              tracr-inject data count --json
            """)

    @Argument(help: "count, int-sum, shuffle-dyck, or a task of your own: a YAML file, or the name of a bundled one.")
    var task: String

    // Settings are what the articles and eval call them: whoever looks for one asks for --setting.
    @Option(
        name: [.long, .customLong("setting")],
        help: ArgumentHelp("train, test, or a setting outside the training distribution.", valueName: "split"))
    var split = "train"

    @Option(help: ArgumentHelp("At most this many examples.", valueName: "n"))
    var count = 1000

    @Option(help: ArgumentHelp("Decides which examples, and their order.", valueName: "n"))
    var seed = 42

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if count < 0 { throw ValidationError("--count has to be at least 0.") }
    }

    func run() throws {
        common.apply()
        let task = try InjectionTask.named(task)
        if json.isOn { return try Standard.output.json(Self.description(task)) }
        var examples = try task.stream(Split(parsing: split), seed: seed)
        for _ in 0..<count {
            guard let example = examples.next() else { break }
            try Standard.output.json(["prompt": .string(example.prompt), "answer": .string(example.answer)])
        }
    }

    /// How many distinct examples there are; null where nobody can say (a grammar's).
    private static func description(_ task: InjectionTask) -> JSONValue {
        let settings = task.testSettings.map { setting -> JSONValue in
            var distinct: Double?
            if case .space(let space) = setting.source { distinct = space.distinct }
            return [
                "name": .string(setting.name), "summary": .string(setting.summary), "distinct": .optional(distinct),
            ]
        }
        return [
            "task": .string(task.name), "summary": .string(task.summary), "program": .string(task.program),
            "distinct": .optional(task.problems.distinct), "test_share": .integer(Int(task.problems.testShare)),
            "settings": .array(settings),
        ]
    }
}
