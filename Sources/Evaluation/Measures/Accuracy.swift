import Injection
import LanguageModels
import Serialization

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

    static let batch = 64

    /// Generates as many tokens as the answer has (and the end-of-text token, where that was trained) and compares them
    /// all. A prompt that the student cannot read counts as a miss, and is counted by itself.
    ///
    /// - Parameter encoded: `examples` in tokens, where these are not what their texts would be encoded as.
    static func measure(
        _ examples: [Example], encoded: [EncodedExample]? = nil, student: Student, encoder: TaskEncoder
    ) throws -> Accuracy {
        var result = Accuracy()
        let context = student.model.configuration.contextLength
        let checksEnd = encoder.supervision == .answerAndEnd
        // Prompts of like length beside each other, so that no batch waits for one long prompt.
        let encoded = try encoded ?? examples.map { try encoder.encode($0) }
        let order = encoded.indices.sorted {
            (encoded[$0].promptCount, $0) < (encoded[$1].promptCount, $1)
        }
        let readable = order.filter { encoded[$0].contentCount <= context }
        result.n = examples.count
        result.tooLong = examples.count - readable.count
        for start in stride(from: 0, to: readable.count, by: batch) {
            let indices = readable[start..<min(start + batch, readable.count)]
            let answers = indices.map { Array(encoded[$0].answer) }
            let generated = try student.model.generate(
                prompts: indices.map { Array(encoded[$0].prompt) },
                maxNewTokens: (answers.map(\.count).max() ?? 0) + (checksEnd ? 1 : 0), sampling: .greedy,
                precision: student.precision, stop: checksEnd ? student.endOfText : nil)
            for ((index, answer), generated) in zip(zip(indices, answers), generated) {
                // The stop token itself is not given out: an answer that ended in time has just its own length.
                if Array(generated.prefix(answer.count + (checksEnd ? 1 : 0))) == answer {
                    result.correct += 1
                } else if result.firstMiss == nil {
                    result.firstMiss = (examples[index], student.tokenizer.decode(generated))
                }
            }
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
