import ArgumentParser
import Evaluation
import Foundation
import InjectionSettings

struct EvalCommand: RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure a run: accuracy, decoded variables, causality, what is left of the original.",
        discussion: """
            Suites. task: exact match of greedy answers on held-out prompts. ood: the same in the task's settings outside \
            the training distribution. data: on the examples of --data. decoding: share of variables, read out of the \
            activations, that equal the interpreter's, at every layer. perturbed: test prompts with other tokens put in, against the \
            compiled model. causality: accuracy under noise in the output \
            variable's subspace and in random ones. interchange: whether exchanging a variable between two prompts changes \
            the answer as the program says. controls: the same beside exchanges of random subspaces, and variables decoded \
            beside the same map fitted on the original student. context: answers, variables and exchanges where the prompt stands in a text. sampled: perplexity of texts that the original wrote and training left out. \
            perplexity, lambada, sst2, mrpc: beside the original student's. Without --suite: task, decoding and \
            perplexity. A Hugging Face folder, or tiny, can stand in for a run in the last four.

            --method gate trains nothing: the run's student as it was before, or any student with --task, and the compiled \
            program, whose answer is added to the student's logits wherever it has one. It knows the suites task, data, ood \
            and perplexity.

            EXAMPLES
              tracr-inject eval
              tracr-inject eval runs/count-finetune --ood
              tracr-inject eval --suite causality,interchange
              tracr-inject eval --suite controls --baseline runs/count-finetune
              tracr-inject eval --suite context --context-prompts 50
              tracr-inject eval --data mine.jsonl --suite data --json
              tracr-inject eval tiny --method gate --task count
              tracr-inject eval ./gpt2 --suite perplexity,lambada --text shakespeare.txt --lambada lambada_test.jsonl --protocol paper
            """)

    @Argument(help: ArgumentHelp("A run directory or a model folder (default: runs/latest).", valueName: "run"))
    var subject: String?

    @Flag(help: "Measure the settings outside the training distribution too.")
    var ood = false

    @Option(help: ArgumentHelp("What to measure, separated by commas.", valueName: "suites"))
    var suite: String?

    @Option(
        help: ArgumentHelp("Examples as JSON lines {\"prompt\", \"answer\"}: adds the suite data.", valueName: "file"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "trained measures the student, gate the student before its training with the program's answers added to its logits.",
            valueName: "name"))
    var method = Method.trained

    @Option(help: ArgumentHelp("The task, where gate measures a student's folder.", valueName: "task"))
    var task: String?

    @Option(
        help: ArgumentHelp("What gate adds to the logit of the token that the program says, in nats.", valueName: "x"))
    var gateLogit: Double?

    @Option(help: ArgumentHelp("Decides which prompts.", valueName: "n"))
    var seed = 42

    @Option(
        help: ArgumentHelp(
            "Arithmetic of the matrix products: fp32, bf16 (half the time, where the processor has it) or auto.",
            valueName: "name"))
    var precision = Settings.Precision.fp32.rawValue

    @OptionGroup(title: "Measurements") var measurements: MeasurementArguments
    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    enum Method: String, CaseIterable, ExpressibleByArgument { case trained, gate }

    func validate() throws {
        if method == .trained, task != nil || gateLogit != nil {
            throw ValidationError("--task and --gate-logit are of --method gate.")
        }
        if let gateLogit, !(gateLogit > 0 && gateLogit <= 700) {
            throw ValidationError("--gate-logit has to be above 0, and 700 at most.")
        }
    }

    func run() throws {
        common.apply()
        let ranks = try Launch.join()
        var options = try options()
        options.ranks = ranks
        let evaluation = try ModelEvaluation(subject, options: options)
        if json.isOn {
            try Standard.output.json(evaluation.json)
            return
        }
        var table = Table(["suite", "measured", "value", "detail"], rightAligned: [2])
        for row in evaluation.rows { table.add(row) }
        try Standard.output.line(table.text)
    }

    private func options() throws -> ModelEvaluation.Options {
        var options = ModelEvaluation.Options()
        if let suite { options.suites = try ModelEvaluation.suites(parsing: suite) }
        if method == .gate {
            if suite == nil { options.suites = [.task, .perplexity] }
            var gate = ModelEvaluation.Gate(task: task)
            if let gateLogit { gate.logit = gateLogit }
            options.gate = gate
        }
        if ood, !options.suites.contains(.ood) { options.suites.append(.ood) }
        if let data {
            options.data = URL(fileURLWithPath: data)
            if !options.suites.contains(.data) { options.suites.append(.data) }
        }
        try measurements.apply(to: &options)
        options.seed = seed
        options.precision = try Settings.resolve(overrides: [SettingOverride("precision", precision)]).precision
        return options
    }
}
