import ArgumentParser
import Basics
import Benchmarking
import Foundation
import Injection
import InjectionSettings
import Ranks
import TrainingEngine

struct TrainCommand: RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Inject a task's algorithm into a language model.",
        discussion: """
            Compiles the task's RASP program, trains the student with cross-entropy on answers, alignment of its \
            residual stream with the compiled one, and KL divergence to itself on text, and writes a run directory: \
            the student as a Hugging Face folder, the linear map and what its rows mean, the compiled model, metrics \
            and checkpoints. Ctrl-C saves a checkpoint and ends with exit code 130; --resume goes on from it.

            EXAMPLES
              tracr-inject train --task count
              tracr-inject train --task count --method finetune --steps 500
              tracr-inject train --config my.yaml --set lr.student=1e-4 --dry-run
              tracr-inject train --task count --student ./gpt2-large --recipe pretrained --text corpus.txt
              tracr-inject train --resume --output runs/count-tracr
            """,
        aliases: ["inject"])

    @OptionGroup(title: "Settings") var settings: SettingsArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The run directory (default: runs/TASK-METHOD).", valueName: "dir"))
    var output: String?

    @Flag(
        help:
            "Go on from the newest checkpoint of the run, with the run's own settings; --steps and --threads may change."
    )
    var resume = false

    @Flag(help: "Print the resolved settings as YAML and exit.")
    var printConfig = false

    @Flag(
        help:
            "Check everything (files, shapes, memory, the program against the task), time a few steps, write nothing and exit."
    )
    var dryRun = false

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let ranks = try Launch.join()
        // A run of hours outlives the reader of its progress.
        Standard.ignoreClosedPipes()
        guard settings.task != nil || settings.config != nil || resume || printConfig else {
            throw Failure(
                .usage, "nothing to train: neither --task nor --config is given",
                remedy: "For example: tracr-inject train --task count")
        }
        let resolved = try settings.resolve()
        if printConfig {
            try Standard.output.write(resume ? ownSettings(of: runToResume(resolved)).yaml() : resolved.yaml())
            return
        }
        if dryRun { return try check(resolved, ranks) }
        SignalHandlers.install()
        let outcome: Training.Outcome
        if resume {
            outcome = try Training.resume(runToResume(resolved).root, overrides: settings.overrides(), ranks: ranks)
        } else {
            outcome = try Training.start(
                resolved, output: output.map { URL(fileURLWithPath: $0) }, ranks: ranks)
        }
        try report(outcome)
    }

    /// What the run would be, what it would take of the machine, and how long.
    private func check(_ settings: Settings, _ ranks: Communicator) throws {
        let check = try Training.check(settings, output: output.map { URL(fileURLWithPath: $0) }, ranks: ranks)
        let stepSeconds = try stepSeconds(of: settings, check, ranks)
        if json.isOn {
            return try Standard.output.json(check.json(stepSeconds: stepSeconds, steps: settings.steps))
        }
        for line in check.header { try Standard.output.line(line) }
        if let stepSeconds {
            let before = check.sampledTexts > 0 ? ", after the student has written \(check.sampledTexts) texts" : ""
            try Standard.output.line(
                "takes about \(Clock.describe(seconds: stepSeconds * Double(settings.steps))), \(Quantity.seconds(stepSeconds)) a step by a few timed ones"
                    + before)
        }
        for warning in check.warnings { try Standard.output.line("warning: \(warning)") }
    }

    /// Timed on synthetic steps here and now; nil where the memory for them cannot be had at present.
    private func stepSeconds(
        of settings: Settings, _ check: TrainingCheck, _ ranks: Communicator
    ) throws -> Double? {
        guard settings.steps > 0 else { return nil }
        do {
            return try StepBenchmark.seconds(of: settings, taskTokens: check.exampleTokens, ranks: ranks.size)
        } catch let failure as Failure {
            Standard.error("tracr-inject: note: no step could be timed: \(failure.message)")
            return nil
        }
    }

    private func report(_ outcome: Training.Outcome) throws {
        let path = Path.shown(outcome.run.root)
        if json.isOn {
            try Standard.output.json([
                "run": .string(path), "step": .integer(outcome.step),
                "interrupted": .bool(outcome.interruptedBy != nil),
            ])
        } else if outcome.interruptedBy == nil {
            try Standard.output.line("\(path): trained \(outcome.step) steps; the model is in \(path)/student")
        }
        if let signal = outcome.interruptedBy {
            // Its texts are sampled before the first step, and kept.
            let reached = outcome.step == 0 ? " before the first step" : "; saved after step \(outcome.step)"
            Standard.error(
                "tracr-inject: interrupted\(reached). Go on with: tracr-inject train --resume --output \(path)")
            try Standard.output.flush()
            throw ExitCode(128 + signal)
        }
    }
}

extension TrainCommand {
    /// The directory named, else where the task and method would have gone, else the latest run.
    private func runToResume(_ resolved: Settings) -> RunDirectory {
        if let output { return RunDirectory(URL(fileURLWithPath: output)) }
        if settings.task != nil || settings.config != nil { return RunDirectory(Training.defaultOutput(resolved)) }
        return LoadedRun.locate(nil)
    }

    private func ownSettings(of run: RunDirectory) throws -> Settings {
        guard run.isRun else {
            throw Failure(
                .notFound, "there is no run to go on with", at: run.root.path, remedy: "Start one without --resume.")
        }
        return try Settings.resolve(configuration: run.configuration)
    }
}
