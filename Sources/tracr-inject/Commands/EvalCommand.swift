import ArgumentParser
import Foundation
import Injection
import Serialization

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure a run: accuracy, decoded variables, perplexity.",
        discussion: """
            Suites: task (exact match of greedy answers on held-out prompts), decoding (share of variables, read out of \
            the activations, that equal the interpreter's), perplexity (beside the original student's), ood (the task's \
            settings outside the training distribution), data (the examples of --data). Without --suite: task, \
            decoding and perplexity. A Hugging Face GPT-2 folder, or tiny, can stand in for a run with --suite perplexity.

            EXAMPLES
              tracr-inject eval
              tracr-inject eval runs/count-finetune --ood
              tracr-inject eval --data mine.jsonl --suite data --json
              tracr-inject eval ./gpt2 --suite perplexity --text shakespeare.txt --protocol paper
            """)

    @Argument(help: ArgumentHelp("A run directory or a GPT-2 folder (default: runs/latest).", valueName: "run"))
    var subject: String?

    @Flag(help: "Measure the settings outside the training distribution too.")
    var ood = false

    @Option(help: ArgumentHelp("What to measure, separated by commas.", valueName: "suites"))
    var suite: String?

    @Option(help: ArgumentHelp("Text for perplexity (default: the held-out text of tiny).", valueName: "file"))
    var text: String?

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp("How perplexity is averaged: corpus (over tokens) or paper (over lines).", valueName: "name"))
    var perplexityProtocol = Perplexity.Method.corpus.rawValue

    @Option(help: ArgumentHelp("Examples as JSON lines {\"prompt\", \"answer\"}: adds the suite data.", valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("Prompts of the task, and at most of each setting.", valueName: "n"))
    var prompts = 1000

    @Option(help: ArgumentHelp("Decides which prompts.", valueName: "n"))
    var seed = 42

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if prompts < 1 { throw ValidationError("--prompts has to be at least 1.") }
    }

    func run() throws {
        common.apply()
        let evaluation = try Evaluation(subject, options: options())
        if json.isOn {
            try Standard.output.json(evaluation.json)
            return
        }
        var table = Table(["suite", "measured", "value", "detail"], rightAligned: [2])
        for row in evaluation.rows { table.add(row.map { $0.replacing("\n", with: "⏎") }) }
        try Standard.output.line(table.text)
    }

    private func options() throws -> Evaluation.Options {
        var options = Evaluation.Options()
        if let suite { options.suites = try Evaluation.suites(parsing: suite) }
        if ood, !options.suites.contains(.ood) { options.suites.append(.ood) }
        if let data {
            options.data = URL(fileURLWithPath: data)
            if !options.suites.contains(.data) { options.suites.append(.data) }
        }
        guard let perplexity = Perplexity.Method(rawValue: perplexityProtocol) else {
            let names = Perplexity.Method.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "unknown protocol '\(perplexityProtocol.prefix(100))'", remedy: "Protocols: \(names)")
        }
        options.perplexity = perplexity
        options.prompts = prompts
        options.seed = seed
        options.text = text.map { URL(fileURLWithPath: $0) }
        return options
    }
}
