import Basics
import Foundation
import Injection

/// What a run's student answers, prompt by prompt: the test split and each setting outside the training distribution.
package enum PredictionRecords {
    /// JSON lines of `split`, `prompt`, `answer`, `generated` (null for a prompt that is too long) and `correct`.
    ///
    /// - Parameter count: at most so many prompts of each split.
    package static func lines(of run: LoadedRun, count: Int, seed: Int) throws -> [JSONValue] {
        let task = run.task.task
        return try ([Split.test] + task.testSettings.map { .testSetting($0.name) }).flatMap { split in
            let examples = try task.examples(split, count: count, seed: seed)
            let encoded = try examples.map(run.task.encoder.encode)
            let predictions = try Prediction.all(of: encoded, student: run.student, encoder: run.task.encoder)
            return zip(examples, predictions).map { example, prediction -> JSONValue in
                let generated = prediction.generated.map { run.student.tokenizer.decode($0) }
                return [
                    "split": .string("\(split)"), "prompt": .string(example.prompt), "answer": .string(example.answer),
                    "generated": generated.map(JSONValue.string) ?? .null, "correct": .bool(prediction.isExact),
                ]
            }
        }
    }
}
