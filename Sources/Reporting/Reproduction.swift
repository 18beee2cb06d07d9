import Basics
import Benchmarking
import Evaluation
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import Ranks
import TrainingEngine

/// Trains every method on every task with every seed, measures all and writes the report: `tracr-inject reproduce` as a
/// function.
///
/// Each run is a directory of its own, `TASK-METHOD-SEED`. Started again with the same settings, finished runs are left
/// as they are, broken ones go on from their last checkpoint, and what was measured is not measured again.
package struct Reproduction {
    package struct Options: Sendable {
        package var tasks = InjectionTask.namesOfPaper
        package var methods = Settings.Method.allCases
        /// Runs of each task and method, with the seeds from `firstSeed` up.
        package var seeds = 1
        package var firstSeed = 42
        package var overrides: [SettingOverride] = []
        package var output = RunDirectory.runs.appendingPathComponent("reproduce")
        package var evaluation: ModelEvaluation.Options = Report.defaultOptions
        /// They train and measure together; the first one writes.
        package var ranks = Communicator.alone

        package init() {}
    }

    package struct Outcome {
        package var page: URL
        package var report: Report?
        /// The signal that ended it early; what was trained so far is saved.
        package var interruptedBy: Int32?
    }

    private struct Job {
        var settings: Settings
        var directory: RunDirectory
        var name: String { directory.name }

        /// Whether the directory holds a run with exactly these settings.
        var isBegun: Bool {
            let begun = try? Settings.resolve(configuration: directory.configuration)
            return begun?.yaml().hasSameBytes(as: settings.yaml()) == true
        }
        var isFinished: Bool { isBegun && directory.isFinished }
        var stepsLeft: Int {
            if isFinished { return 0 }
            let done = isBegun ? (try? Checkpoint.steps(in: directory.checkpoints).last) ?? 0 : 0
            return max(0, settings.steps - done)
        }
    }

    private var options: Options
    private var ranks: Communicator { options.ranks }
    private let jobs: [Job]

    /// - Throws: `Failure` for settings or tasks that do not exist; nothing is written.
    package init(_ options: Options) throws {
        self.options = options
        self.options.evaluation.ranks = options.ranks
        var jobs: [Job] = []
        // A first seed of everything comes before the second of anything.
        for seed in options.firstSeed..<(options.firstSeed + options.seeds) {
            for task in options.tasks {
                let name = try InjectionTask.named(task).name
                for method in options.methods {
                    let settings = try Settings.resolve(
                        overrides: options.overrides + [
                            SettingOverride("task", task), SettingOverride("method", method.rawValue),
                            SettingOverride("seed", String(seed)),
                        ])
                    let directory = options.output.appendingPathComponent("\(name)-\(method.rawValue)-\(seed)")
                    jobs.append(Job(settings: settings, directory: RunDirectory(directory)))
                }
            }
        }
        self.jobs = jobs
    }

    /// Trains what is left to train, and writes `report.html`.
    package func run() throws -> Outcome {
        let page = options.output.appendingPathComponent("report.html")
        try announce()
        for (index, job) in jobs.enumerated() {
            // The first rank says what there is: the others may see files later.
            let state = try ranks.fromFirst { [job.isFinished ? 2 : job.isBegun ? 1 : 0] }
            if state != [2] {
                Narration.note("run \(index + 1) of \(jobs.count): \(job.name)")
                let outcome =
                    try state == [1]
                    ? Training.resume(job.directory.root, ranks: ranks)
                    : Training.start(job.settings, output: job.directory.root, ranks: ranks)
                if let signal = outcome.interruptedBy { return Outcome(page: page, report: nil, interruptedBy: signal) }
            }
            // The run's results are whole.
            try ranks.meet()
            _ = try StoredEvaluation.results(of: LoadedRun(job.directory), options: options.evaluation)
            let signals = try ranks.exchange([Double(Interruption.signal ?? 0)]).map { Int32($0[0]) }
            if let signal = signals.first(where: { $0 != 0 }) {
                return Outcome(page: page, report: nil, interruptedBy: signal)
            }
        }
        guard ranks.isFirst else { return Outcome(page: page, report: nil, interruptedBy: nil) }
        var options = options
        options.evaluation.ranks = .alone
        let report = try Report(
            jobs.map(\.directory), options: options.evaluation, title: "Tracr-Injection, reproduced")
        try AtomicFile.write(Data(report.html.utf8), to: page)
        return Outcome(page: page, report: report, interruptedBy: nil)
    }

    /// What there is to do, and how long it will take by a few steps timed here and now.
    private func announce() throws {
        guard ranks.isFirst else { return }
        let left = jobs.filter { !$0.isFinished }
        Narration.note(
            "\(jobs.count) run\(jobs.count == 1 ? "" : "s"): \(options.tasks.joined(separator: ", ")) x \(options.methods.map(\.rawValue).joined(separator: ", ")) x "
                + "\(options.seeds) seed\(options.seeds == 1 ? "" : "s"); \(jobs.count - left.count) done")
        // Runs that differ in the seed alone take the same time.
        var stepSeconds: [[String]: Double] = [:]
        var seconds = 0.0
        for job in left {
            let kind = [job.settings.task, job.settings.method.rawValue]
            let step = try stepSeconds[kind] ?? Self.stepSeconds(job.settings)
            stepSeconds[kind] = step
            seconds += Double(job.stepsLeft) * step
        }
        if !left.isEmpty {
            Narration.note(
                "about \(Clock.describe(seconds: seconds)) of training, and the measurements; a page at \(options.output.path)/report.html"
            )
        }
    }

    private static func stepSeconds(_ settings: Settings) throws -> Double {
        let student = try StudentFolder.locate(settings.student)
        let task = try LoadedTask(settings: settings, tokenizer: Tokenizer.load(student))
        return try StepBenchmark.seconds(of: settings, taskTokens: task.encoder.longest)
    }
}
