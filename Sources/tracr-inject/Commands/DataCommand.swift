import ArgumentParser
import Injection
import Serialization

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Print examples of a task as JSON lines.",
        discussion: """
            Each line is {"prompt": …, "answer": …}. No prompt of the train split is in the test split or the other way \
            round. Besides train and test, a split can be one of the task's settings outside the training \
            distribution: x-only, length-3x, y-to-z (count); cascading-overflow, four-digit, decimals (int-sum); \
            almost-balanced, length-3x, extra-family (shuffle-dyck).

            EXAMPLES
              tracr-inject data count --split test --count 5
              tracr-inject data int-sum --split cascading-overflow > overflow.jsonl
            """)

    @Argument(help: "count, int-sum or shuffle-dyck.")
    var task: String

    @Option(help: ArgumentHelp("train, test, or a setting outside the training distribution.", valueName: "split"))
    var split = "train"

    @Option(help: ArgumentHelp("At most this many examples.", valueName: "n"))
    var count = 1000

    @Option(help: ArgumentHelp("Decides which examples, and their order.", valueName: "n"))
    var seed = 42

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if count < 0 { throw ValidationError("--count has to be at least 0.") }
    }

    func run() throws {
        common.apply()
        var examples = try InjectionTask.named(task).stream(Split(parsing: split), seed: seed)
        for _ in 0..<count {
            guard let example = examples.next() else { break }
            try Standard.output.json(["prompt": .string(example.prompt), "answer": .string(example.answer)])
        }
    }
}
