import Basics
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import Ranks
import TrainingEngine

/// What can be measured of a run: `tracr-inject eval` as a function.
public struct ModelEvaluation: Sendable {
    public enum Suite: String, Sendable, CaseIterable {
        case task, data, decoding, perturbed, ood, causality, interchange, controls, circuit, context, perplexity,
            sampled, lambada, sst2, mrpc

        /// Whether a student alone will do, without a run.
        var needsNoRun: Bool { [.perplexity, .lambada, .sst2, .mrpc].contains(self) }
        /// Whether the original student is measured too.
        package var compares: Bool { needsNoRun || self == .sampled || self == .controls }
        /// Whether it reads through the linear map, which a run without alignment has never trained.
        package var readsMap: Bool { [.decoding, .causality, .interchange, .controls].contains(self) }
    }

    public struct Options: Sendable {
        public var suites: [Suite] = [.task, .decoding, .perplexity]
        /// Held-out prompts of the task, and at most so many of each setting.
        public var prompts = 1_000
        /// Test prompts whose every token is decoded.
        public var decodedPrompts = 200
        /// Test prompts of each seed of the suite causality.
        public var noisedPrompts = 100
        /// Norms of the noise, ascending.
        public var norms = Causality.defaultNorms
        /// Test prompts that exchange variables, in pairs.
        public var exchangedPrompts = 128
        /// Prompts of the training split that probes are fitted to.
        public var probePrompts = 400
        /// A run of the same task and student without alignment, whose student is probed too.
        public var baseline: URL?
        /// Test prompts of each cell of the suite context.
        public var contextPrompts = 100
        /// For perplexity, and for the contexts of the suite context; nil: the held-out text that ships with the bundled
        /// student.
        public var text: URL?
        public var textFormat = TextFormat.auto
        public var retention = RetentionProtocol.corpus
        /// For the suites of the same names.
        public var data, lambada, sst2, mrpc: URL?
        public var seed = 42
        /// Measures the student before its training and the compiled program beside each other instead.
        public var gate: Gate?
        /// They measure the suites together, each one some of them.
        package var ranks = Communicator.alone
        /// Of the matrix products.
        public var precision = Settings.Precision.fp32

        public init() {}
    }

    /// Names of suites as the user gives them, comma-separated.
    ///
    /// - Throws: `.usage` for an unknown one.
    public static func suites(parsing list: String) throws -> [Suite] {
        try list.split(separator: ",").map { name in
            let name = name.trimmingCharacters(in: .whitespaces)
            let known = Suite.allCases.map(\.rawValue)
            guard let suite = Suite(rawValue: name) else {
                let near = Suggestion.nearest(to: name, among: known)
                throw Failure(
                    .usage, "unknown suite '\(name.prefix(100))'",
                    remedy: (near.map { "Did you mean '\($0)'? " } ?? "") + "Suites: \(known.joined(separator: ", "))")
            }
            return suite
        }
    }

    /// The run or the student that was measured.
    public let name: String
    public let results: EvaluationResults
    /// The same as rows of a table: suite, what, value, detail.
    public let rows: [[String]]

    /// What was measured and by what: the run's settings and the checksum of its manifest, the seed of the measurement,
    /// the program and the machine.
    public let subject: JSONObject

    /// What `eval --json` prints.
    public var json: JSONValue {
        .object(
            JSONObject(
                [("run", .string(name))] + subject.members.map { ($0.key, $0.value) } + [("suites", results.json)]))
    }

    /// Evaluates a finished run.
    public init(run directory: RunDirectory, options: Options) throws {
        try self.init(LoadedRun(directory), options: options)
    }

    package init(_ run: LoadedRun, options: Options) throws {
        var report = Report(name: run.directory.root.path, options: options)
        var run = run
        run.student.precision = options.precision.ofProducts
        var original = options.suites.contains(where: \.compares) ? try Self.original(of: run) : nil
        original?.precision = options.precision.ofProducts
        for suite in options.suites where report.isOwn(suite) {
            switch suite {
            case .task: try report.task(run)
            case .data: try report.data(run)
            case .decoding: try report.decoding(run)
            case .perturbed: try report.perturbed(run)
            case .ood: try report.outOfDistribution(run)
            case .causality: try report.causality(run)
            case .interchange: try report.interchange(run)
            case .controls: try report.controls(run, original: original)
            case .circuit: try report.circuit(run)
            case .context: try report.context(run)
            case .sampled: try report.sampledText(run, original: original)
            case .perplexity, .lambada, .sst2, .mrpc:
                try report.retention(suite, run.student, original: original)
            }
        }
        try report.share()
        (name, results, rows) = (report.name, report.results, report.rows)
        let settings = run.settings
        subject = JSONObject([
            ("task", .string(run.task.task.name)), ("method", .string(settings.method.rawValue)),
            ("recipe", .string(settings.recipe)), ("run_seed", .integer(settings.seed)), ("steps", .integer(run.step)),
            ("manifest", .string(try XXHash64.hex(contentsOf: run.directory.manifest))),
            ("seed", .integer(options.seed)),
            ("measured_by", .object(Computation.facts(precision: options.precision))),
        ])
    }

    /// The student before its training; nil where it is not there any more, or is another one by now, which is told.
    ///
    /// - Throws: `.notFound` where it is there and cannot be read: measurements without it would be kept for good.
    private static func original(of run: LoadedRun) throws -> Student? {
        guard (try? StudentFolder.locate(run.settings.student)) != nil else {
            Narration.warn("the original student '\(run.settings.student)' is not here: nothing is measured beside it")
            return nil
        }
        do { return try run.originalStudent() } catch let failure as Failure where failure.kind == .badData {
            Narration.warn("the original student is left out: \(failure.message)")
            return nil
        }
    }

    /// Evaluates the Hugging Face folder of a model, which nothing was injected into: what needs no run.
    public init(student folder: URL, options: Options) throws {
        for suite in options.suites where !suite.needsNoRun {
            throw Failure(
                .usage, "the suite \(suite.rawValue) needs a run, and \(folder.path) is a student",
                remedy: "give --suite " + Suite.allCases.filter(\.needsNoRun).map(\.rawValue).joined(separator: ","))
        }
        var report = Report(name: folder.path, options: options)
        var student = try Student.load(from: folder, gradients: false)
        student.precision = options.precision.ofProducts
        for suite in options.suites where report.isOwn(suite) {
            try report.retention(suite, student, original: nil)
        }
        try report.share()
        (name, results, rows) = (report.name, report.results, report.rows)
        subject = JSONObject([
            ("seed", .integer(options.seed)),
            ("measured_by", .object(Computation.facts(precision: options.precision))),
        ])
    }

    /// Evaluates a student without training, gated by a compiled program.
    private init(gated subject: GateSubject, name: String, gate: Gate, options: Options) throws {
        var report = Report(name: name, options: options)
        var subject = subject
        subject.student.precision = options.precision.ofProducts
        for suite in options.suites where report.isOwn(suite) { try report.gated(suite, subject, gate) }
        try report.share()
        (self.name, results, rows) = (report.name, report.results, report.rows)
        self.subject = JSONObject([
            ("task", .string(subject.task.task.name)), ("method", .string("gate")), ("logit", .number(gate.logit)),
            ("program_length", .integer(subject.compiled.maxLength)), ("seed", .integer(options.seed)),
            ("measured_by", .object(Computation.facts(precision: options.precision))),
        ])
    }

    /// Evaluates whichever of the two `path` is; `runs/latest` where it is nil.
    public init(_ path: String?, options: Options) throws {
        let folder = try Self.studentFolder(path)
        if let gate = options.gate {
            try Self.checkGate(options.suites)
            let subject = try Self.gateSubject(path, folder, gate)
            try self.init(
                gated: subject, name: folder?.path ?? LoadedRun.locate(path).root.path, gate: gate, options: options)
        } else if let folder {
            try self.init(student: folder, options: options)
        } else {
            try self.init(run: LoadedRun.locate(path), options: options)
        }
    }

    /// The folder of a student; nil where the path is a run's.
    private static func studentFolder(_ path: String?) throws -> URL? {
        let directory = LoadedRun.locate(path)
        if path == "tiny" { return try StudentFolder.locate("tiny") }
        let hasConfiguration = FileManager.default.fileExists(
            atPath: directory.root.appendingPathComponent("config.json").path)
        return !directory.isRun && hasConfiguration ? directory.root : nil
    }
}
