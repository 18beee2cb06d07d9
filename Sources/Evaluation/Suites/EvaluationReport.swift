import Basics
import Compiler
import Foundation
import Injection
import InjectionSettings
import TensorCore

extension ModelEvaluation {
    /// Gathers the suites' results, and rows of a table that tell of them.
    struct Report {
        let name: String
        let options: Options
        var results = EvaluationResults()
        var rows: [[String]] = []

        init(name: String, options: Options) { (self.name, self.options) = (name, options) }

        /// Held-out prompts of the task itself.
        mutating func task(_ run: LoadedRun) throws {
            let examples = try run.task.task.examples(.test, count: options.prompts, seed: options.seed)
            let accuracy = try Accuracy.measure(examples, student: run.student, encoder: run.task.encoder)
            add("task", run.task.task.name, accuracy)
            results.add(.task, accuracy)
        }

        /// A file of the user's.
        mutating func data(_ run: LoadedRun) throws {
            let file = try file(options.data, of: .data)
            let examples = try ExampleFile(contentsOf: file).examples
            let accuracy = try Accuracy.measure(examples, student: run.student, encoder: run.task.encoder)
            add("data", file.lastPathComponent, accuracy)
            results.add(.data, accuracy)
        }

        /// Test prompts perturbed as in training, with the compiled model's answers: how far the student follows the
        /// program on inputs of all kinds.
        mutating func perturbed(_ run: LoadedRun) throws {
            let task = run.task.task
            let source = try PerturbedExamples(
                encoder: run.task.encoder, model: run.compiled,
                heldOut: HeldOutPrompts(task, seeds: [run.settings.seed, options.seed, Settings().seed]),
                seed: options.seed)
            let examples = try task.examples(.test, count: options.prompts, seed: options.seed)
            // Places before the first are none of training's.
            let made = try Parallel.map(Array(examples.indices)) {
                try source.perturbation(of: examples[$0], at: -1 - $0)
            }
            .compactMap { $0 }
            let encoded = made.map(\.encoded)
            let accuracy = try Accuracy.measure(
                made.map(\.example), encoded: encoded, student: run.student, encoder: run.task.encoder)
            add("perturbed", task.name, accuracy)
            var result = PerturbedResult(accuracy: accuracy, decoding: nil)
            if run.settings.aligns {
                result.decoding = try decoding("perturbed", "decoded", encoded.prefix(options.decodedPrompts), run)
            }
            results.add(.perturbed, result)
        }

        /// The task's settings outside the training distribution. Whether the compiled model supports one is measured
        /// by running it; where it does, decoded variables are compared too.
        mutating func outOfDistribution(_ run: LoadedRun) throws {
            let encoder = run.task.encoder
            try outOfDistribution(run.task, run.compiled) {
                try Accuracy.measure($0, student: run.student, encoder: encoder)
            } decoding: { report, name, examples in
                let encoded = try examples.prefix(report.options.decodedPrompts).map(encoder.encode)
                return try report.decoding("ood", "\(name), decoded", encoded[...], run)
            }
        }

        /// - Parameters:
        ///   - accuracy: measures examples of a setting.
        ///   - decoding: what is decoded of them, where the program supports the setting; adds a row of its own.
        mutating func outOfDistribution(
            _ task: LoadedTask, _ compiled: CompiledModel, accuracy: ([Example]) throws -> Accuracy,
            decoding: (inout Self, String, [Example]) throws -> Double? = { _, _, _ in nil }
        ) throws {
            var testSettings: [OutOfDistributionResult.Setting] = []
            for setting in task.task.testSettings {
                let examples = try task.task.examples(
                    .testSetting(setting.name), count: options.prompts, seed: options.seed)
                let supports = (try? task.encoder.check(examples, against: compiled)) != nil
                var result = OutOfDistributionResult.Setting(
                    name: setting.name, accuracy: try accuracy(examples), compiledSupports: supports, decoding: nil)
                add("ood", setting.name + (supports ? "" : " (not by the program)"), result.accuracy)
                if supports { result.decoding = try decoding(&self, setting.name, examples) }
                testSettings.append(result)
            }
            results.add(.ood, OutOfDistributionResult(testSettings))
        }

        /// A file that a suite needs.
        func file(_ url: URL?, of suite: Suite) throws -> URL {
            guard let url else {
                throw Failure(
                    .usage, "the suite \(suite.rawValue) needs a file", remedy: "give --\(suite.rawValue) FILE")
            }
            return url
        }

        /// The share of variables decoded on a suite's examples, with a row of its own.
        private mutating func decoding(
            _ suite: String, _ what: String, _ examples: ArraySlice<EncodedExample>, _ run: LoadedRun
        ) throws -> Double {
            let decoding = try DecodingAgreement.measure(Array(examples), run: run)
            rows.append([suite, what, Self.percent(decoding.value), "\(decoding.prompts) prompts"])
            return decoding.value
        }

        mutating func add(_ suite: String, _ what: String, _ accuracy: Accuracy) {
            var detail = "\(accuracy.correct) of \(accuracy.n)"
            if accuracy.tooLong > 0 { detail += ", \(accuracy.tooLong) longer than the student's context" }
            if let miss = accuracy.firstMiss {
                detail +=
                    "; first miss: '\(excerpt(miss.example.prompt))' gave '\(miss.generated)', not '\(miss.example.answer)'"
            }
            rows.append([suite, what, Self.percent(accuracy.value), detail])
        }

        /// Rounded towards the worse, so that 100 % means all.
        static func percent(_ share: Double) -> String {
            String(format: "%.2f %%", (share * 10_000).rounded(.down) / 100)
        }
    }
}
