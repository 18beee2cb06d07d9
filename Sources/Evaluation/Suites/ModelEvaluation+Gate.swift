import Basics
import Foundation
import Injection
import InjectionSettings
import LanguageModels

/// The method `gate`: what a student and a compiled program do beside each other, with nothing trained.
extension ModelEvaluation {
    /// What is measured in the place of a trained student.
    public struct Gate: Sendable {
        /// The task, where a student is measured and no run: a name, or the path of its file.
        public var task: String?
        /// What is added to the logit of the token that the program says, in nats.
        public var logit = 100.0

        public init(task: String? = nil) { self.task = task }
    }

    /// The suites that can be measured of it.
    public static let gateSuites: [Suite] = [.task, .data, .ood, .perplexity]

    static func checkGate(_ suites: [Suite]) throws {
        for suite in suites where !gateSuites.contains(suite) {
            throw Failure(
                .usage, "the suite \(suite.rawValue) cannot be measured by the method gate, which trains no student",
                remedy: "give --suite " + gateSuites.map(\.rawValue).joined(separator: ","))
        }
    }

    /// Settles whose student and which task are meant.
    static func gateSubject(_ path: String?, _ folder: URL?, _ gate: Gate) throws -> GateSubject {
        guard let folder else {
            let run = try LoadedRun(LoadedRun.locate(path))
            if let task = gate.task, task != run.settings.task {
                throw Failure(
                    .usage, "the run's task is \(run.settings.task), not \(task)",
                    remedy: "Leave --task out, or give a student's folder.")
            }
            return try GateSubject(run)
        }
        guard let task = gate.task else {
            throw Failure(
                .usage, "the method gate needs a task for the student \(folder.path)",
                remedy: "give --task, for example --task count")
        }
        return try GateSubject(student: folder, task: task)
    }
}

extension ModelEvaluation.Report {
    /// One of the suites that the method can be measured by.
    mutating func gated(_ suite: ModelEvaluation.Suite, _ subject: GateSubject, _ gate: ModelEvaluation.Gate) throws {
        let encoder = subject.task.encoder
        let gated = GatedStudent(
            subject.student, gate: ProgramGate(encoder, compiled: subject.compiled), logit: gate.logit)
        let task = subject.task.task
        func accuracy(_ examples: [Example]) throws -> Accuracy {
            try Accuracy.measure(examples, gated, encoder: encoder)
        }
        switch suite {
        case .data:
            let file = try file(options.data, of: .data)
            let result = try accuracy(ExampleFile(contentsOf: file).examples)
            add("data", file.lastPathComponent, result)
            results.add(.data, result)
        case .ood:
            try outOfDistribution(subject.task, subject.compiled, accuracy: accuracy)
        case .perplexity:
            try perplexity(subject.student, original: subject.student, gated: gated)
        default:
            let result = try accuracy(task.examples(.test, count: options.prompts, seed: options.seed))
            add("task", task.name, result)
            results.add(.task, result)
        }
    }
}

extension Accuracy {
    /// Exact match of what a gated student says greedily.
    static func measure(_ examples: [Example], _ gated: GatedStudent, encoder: TaskEncoder) throws -> Accuracy {
        let encoded = try examples.map { try encoder.encode($0) }
        let context = gated.student.model.configuration.contextLength
        let readable = encoded.indices.filter { encoded[$0].contentCount <= context }
        let reader = AnswerReader(student: gated.student, encoder: encoder)
        var result = Accuracy()
        result.n = examples.count
        result.tooLong = examples.count - readable.count
        result.correct = gated.areExact(readable.map { encoded[$0] }, reader: reader).count { $0 }
        return result
    }
}
