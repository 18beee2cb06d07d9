import Basics
import Evaluation
import Foundation
import Injection
import InjectionSettings
import TrainingEngine

/// A run as a report shows it.
struct ReportedRun {
    let name: String
    let settings: Settings
    /// What of them is not the recipe's.
    let deviations: [String]
    let task: String
    /// Whether the task is one of the paper's, and not one of the user's own by whatever name.
    let isOfPaper: Bool
    /// What its settings outside the training distribution are, by name.
    let settingSummaries: [(name: String, summary: String)]
    let results: EvaluationResults
    let course: [Course]
    /// Wall time of all steps.
    let seconds: Double
    /// A test example, read at the last aligned layer; nil for the baseline, whose map was never trained.
    let decoded: DecodedPrompt?

    /// The parts of the loss at one step.
    struct Course {
        var step: Int
        /// By the column's name in `metrics.jsonl`; a column that the run's metrics do not have is missing.
        var parts: [String: Double]
    }

    /// The columns that the run's metrics have.
    var columns: [LossColumn] {
        InjectionLoss.columns.filter { column in course.contains { $0.parts[column.name] != nil } }
    }

    init(_ directory: RunDirectory, options: ModelEvaluation.Options) throws {
        let run = try LoadedRun(directory)
        name = directory.name
        settings = run.settings
        deviations = try settings.deviations()
        task = run.task.task.name
        isOfPaper = run.task.task.sources.isEmpty && InjectionTask.namesOfPaper.contains(task)
        settingSummaries = run.task.task.testSettings.map { ($0.name, $0.summary) }
        results = try StoredEvaluation.results(of: run, options: options)
        (course, seconds) = try Self.metrics(directory.metrics)
        if settings.aligns, let example = try run.task.task.examples(.test, count: 1, seed: options.seed).first {
            decoded = try DecodedPrompt(example.prompt + example.answer, run: run)
        } else {
            decoded = nil
        }
    }

    /// How its experiment is called: runs of one task and label differ in the seed alone.
    ///
    /// - Parameter shared: settings that need not be told, as all runs of the report have them.
    func label(shared: [String]) -> String {
        let method = settings.method == .tracr ? "Tracr-Injection" : "Finetuning + KL"
        let recipe = settings.recipe == Recipe.default.name ? [] : [settings.recipe]
        let own = deviations.filter { deviation in !shared.contains { $0.hasSameBytes(as: deviation) } }
        return ([method] + recipe + own).joined(separator: ", ")
    }

    private static func metrics(_ file: URL) throws -> ([Course], Double) {
        guard FileManager.default.fileExists(atPath: file.path) else { return ([], 0) }
        var reader = try LineReader(file)
        var course: [Course] = []
        var seconds = 0.0
        while let line = try reader.next() {
            let values = try JSONParser.parse(line.text, name: line.place)
            guard let step = values["step"]?.integer else {
                throw Failure(.badData, "the line is no training step", at: line.place)
            }
            seconds += values["seconds"]?.number ?? 0
            var parts: [String: Double] = [:]
            for column in InjectionLoss.columns { parts[column.name] = values[column.name]?.number }
            course.append(Course(step: step, parts: parts))
        }
        return (course, seconds)
    }
}

/// Runs of one task and one label: the seeds of one experiment.
struct ReportedGroup {
    let task: String
    let label: String
    let runs: [ReportedRun]

    var method: Settings.Method { runs[0].settings.method }
    /// The paper's figures; nil for a task that is none of its own.
    var paper: PaperResults.Row? { runs[0].isOfPaper ? PaperResults.row(task, method) : nil }

    /// The paper's accuracy in a setting outside the training distribution, in percent.
    func paper(setting name: String) -> Double? {
        runs[0].isOfPaper ? PaperResults.testSetting(task, name, method) : nil
    }

    static func groups(of runs: [ReportedRun], shared: [String]) -> [ReportedGroup] {
        var keys: [[ExactString]] = []
        var members: [[ExactString]: [ReportedRun]] = [:]
        for run in runs {
            let key = [ExactString(run.task), ExactString(run.label(shared: shared))]
            if members[key] == nil { keys.append(key) }
            members[key, default: []].append(run)
        }
        return keys.map { ReportedGroup(task: $0[0].text, label: $0[1].text, runs: members[$0] ?? []) }
    }

    /// A measure of each run, where it was taken.
    func values<Value>(_ measure: (EvaluationResults) -> Value?) -> [Value] { runs.compactMap { measure($0.results) } }

    /// A share of each run, where anything was counted.
    func shares(_ measure: (EvaluationResults) -> Proportion?) -> [Proportion] {
        values(measure).filter { $0.n > 0 }
    }
}
