import Basics
import Injection
import LanguageModels

/// Exact match over examples, by greedy generation.
public struct Accuracy: Sendable {
    public var correct = 0
    public var n = 0
    /// Examples that are longer than the student's context, and so wrong without being asked.
    public var tooLong = 0
    /// The first example that went wrong, and what was generated instead.
    public var firstMiss: (example: Example, generated: String)?

    public var proportion: Proportion { Proportion(correct, of: n) }
    public var value: Double { proportion.value }

    var members: JSONObject { JSONObject(proportion.members + [("too_long", .integer(tooLong))]) }

    /// Generates as many tokens as the answer has (and the end-of-text token, where that was trained) and compares them
    /// all. A prompt that the student cannot read counts as a miss, and is counted by itself.
    ///
    /// - Parameter encoded: `examples` in tokens, where these are not what their texts would be encoded as.
    static func measure(
        _ examples: [Example], encoded: [EncodedExample]? = nil, student: Student, encoder: TaskEncoder
    ) throws -> Accuracy {
        let encoded = try encoded ?? examples.map { try encoder.encode($0) }
        let predictions = try Prediction.all(of: encoded, student: student, encoder: encoder)
        var result = Accuracy()
        result.n = examples.count
        result.correct = predictions.count(where: \.isExact)
        result.tooLong = predictions.count { $0.generated == nil }
        for (example, prediction) in zip(examples, predictions) where result.firstMiss == nil && !prediction.isExact {
            result.firstMiss = prediction.generated.map { (example, student.tokenizer.decode($0)) }
        }
        return result
    }
}

extension Accuracy: SuiteResult {
    public var json: JSONValue { .object(members) }

    public init?(_ json: JSONValue) {
        guard let proportion = Proportion(json), let tooLong = json["too_long"]?.count else { return nil }
        (correct, n, self.tooLong) = (proportion.successes, proportion.n, tooLong)
    }
}
