import Evaluation
import Foundation
import Injection
import InjectionSettings
import Serialization
import TrainingEngine

/// A run as a report shows it.
struct ReportedRun {
    let name: String
    let settings: Settings
    /// What of them is not the recipe's.
    let deviations: [String]
    let task: String
    let suites: JSONObject
    let course: [Course]
    /// Wall time of all steps.
    let seconds: Double
    /// A test example, read at the last aligned layer; nil for the baseline, whose map was never trained.
    let decoded: DecodedPrompt?

    /// The parts of the loss at one step.
    struct Course {
        var step: Int
        var ce, alg, kl: Double
    }

    init(_ directory: RunDirectory, options: ModelEvaluation.Options) throws {
        let run = try LoadedRun(directory)
        name = directory.name
        settings = run.settings
        deviations = try settings.deviations()
        task = run.task.task.name
        suites = try StoredEvaluation.suites(of: run, options: options)
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
            let value: (String) -> Double = { values[$0]?.number ?? .nan }
            seconds += values["seconds"]?.number ?? 0
            course.append(Course(step: step, ce: value("ce"), alg: value("alg"), kl: value("kl")))
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

    /// The shares found at a path of suites, one a run.
    func shares(_ path: String...) -> [Share] {
        runs.compactMap { run in
            var value: JSONValue? = .object(run.suites)
            for key in path { value = value?[key] }
            return value.flatMap(Share.init)
        }
    }

    func numbers(_ path: String...) -> [Double] {
        runs.compactMap { run in
            var value: JSONValue? = .object(run.suites)
            for key in path { value = value?[key] }
            return value?.number
        }
    }
}

/// A measured share with its interval.
struct Share {
    var value: Double
    var low: Double
    var high: Double
    var n: Int

    init?(_ json: JSONValue) {
        guard let value = json["accuracy"]?.number, let n = json["n"]?.integer, (0...1).contains(value), (0...(1 << 32)).contains(n)
        else { return nil }
        self.init(Proportion(Int((value * Double(n)).rounded()), of: n))
    }

    /// All of several together.
    init?(pooling shares: [Share]) {
        let successes = shares.reduce(0) { $0 + ($1.value * Double($1.n)).rounded() }
        self.init(Proportion(Int(successes), of: shares.reduce(0) { $0 + $1.n }))
    }

    private init?(_ proportion: Proportion) {
        guard proportion.n > 0 else { return nil }
        (value, n) = (proportion.value, proportion.n)
        (low, high) = (proportion.interval.lowerBound, proportion.interval.upperBound)
    }
}
