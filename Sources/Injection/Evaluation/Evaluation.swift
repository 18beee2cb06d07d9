import Foundation
import GPT2
import Serialization
import TensorCore

/// What can be measured of a run: `tracr-inject eval` as a function.
public struct Evaluation: Sendable {
    public enum Suite: String, Sendable, CaseIterable {
        case task, data, decoding, ood, perplexity
        /// Named by the command contract and not in this version.
        case lambada, sst2, mrpc, causality

        var isAvailable: Bool {
            switch self {
            case .task, .data, .decoding, .ood, .perplexity: true
            case .lambada, .sst2, .mrpc, .causality: false
            }
        }
    }

    public struct Options: Sendable {
        public var suites: [Suite] = [.task, .decoding, .perplexity]
        /// Held-out prompts of the task, and at most so many of each setting.
        public var prompts = 1_000
        /// Test prompts whose every token is decoded.
        public var decodedPrompts = 200
        /// For perplexity; nil: the held-out text that ships with the bundled student.
        public var text: URL?
        public var perplexity = Perplexity.Method.corpus
        /// For the suite `data`.
        public var data: URL?
        public var seed = 42

        public init() {}
    }

    /// Names of suites as the user gives them, comma-separated.
    ///
    /// - Throws: `.usage` for an unknown one, or one that this version does not have.
    public static func suites(parsing list: String) throws -> [Suite] {
        try list.split(separator: ",").map { name in
            let name = name.trimmingCharacters(in: .whitespaces)
            let known = Suite.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")
            guard let suite = Suite(rawValue: name) else {
                throw Failure(.usage, "unknown suite '\(name.prefix(100))'", remedy: "suites: \(known)")
            }
            guard suite.isAvailable else {
                throw Failure(.usage, "the suite \(name) is not in this version", remedy: "suites: \(known)")
            }
            return suite
        }
    }

    /// The results: the object of the command contract.
    public let json: JSONValue
    /// The same as rows of a table: suite, what, value, detail.
    public let rows: [[String]]

    /// Evaluates a finished run.
    public init(run directory: RunDirectory, options: Options) throws {
        let run = try LoadedRun(directory)
        var report = Report(name: directory.root.path)
        for suite in options.suites {
            switch suite {
            case .task: try report.task(run, options)
            case .data: try report.data(run, options)
            case .decoding: try report.decoding(run, options)
            case .ood: try report.outOfDistribution(run, options)
            case .perplexity:
                try report.perplexity(run.student, original: try? run.originalStudent(), options)
            case .lambada, .sst2, .mrpc, .causality:
                _ = try Self.suites(parsing: suite.rawValue)
            }
        }
        (json, rows) = (report.json, report.rows)
    }

    /// Evaluates a Hugging Face GPT-2 folder, which nothing was injected into: perplexity only.
    public init(student folder: URL, options: Options) throws {
        for suite in options.suites where suite != .perplexity {
            throw Failure(
                .usage, "the suite \(suite.rawValue) needs a run, and \(folder.path) is a student",
                remedy: "give --suite perplexity")
        }
        var report = Report(name: folder.path)
        let student = try Student.load(from: folder, gradients: false)
        try report.perplexity(student, original: nil, options)
        (json, rows) = (report.json, report.rows)
    }

    /// Evaluates whichever of the two `path` is; `runs/latest` where it is nil.
    public init(_ path: String?, options: Options) throws {
        let directory = LoadedRun.locate(path)
        let isStudent =
            !directory.isRun
            && FileManager.default.fileExists(atPath: directory.root.appendingPathComponent("config.json").path)
        if path == "tiny" {
            try self.init(student: StudentFolder.locate("tiny"), options: options)
        } else if isStudent {
            try self.init(student: directory.root, options: options)
        } else {
            try self.init(run: directory, options: options)
        }
    }
}
