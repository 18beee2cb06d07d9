import Injection
import LanguageModels

/// What a student answers to a prompt by greedy generation.
struct Prediction {
    /// Its tokens, as many as the answer has (and one for its end, where that was trained); nil for a prompt that is
    /// longer than the student's context.
    var generated: [Int32]?
    /// Whether they are the answer's, its end included.
    var isExact = false

    private static let batch = 64

    /// The predictions for examples, in their order.
    ///
    /// - Parameter encoded: the examples in tokens.
    static func all(of encoded: [EncodedExample], student: Student, encoder: TaskEncoder) throws -> [Prediction] {
        var predictions = encoded.map { _ in Prediction() }
        let context = student.model.configuration.contextLength
        let checksEnd = encoder.supervision == .answerAndEnd
        // Prompts of like length beside each other, so that no batch waits for one long prompt.
        let order = encoded.indices.sorted {
            (encoded[$0].promptCount, $0) < (encoded[$1].promptCount, $1)
        }
        let readable = order.filter { encoded[$0].contentCount <= context }
        for start in stride(from: 0, to: readable.count, by: batch) {
            let indices = readable[start..<min(start + batch, readable.count)]
            let answers = indices.map { Array(encoded[$0].answer) }
            let generated = try student.model.generate(
                prompts: indices.map { Array(encoded[$0].prompt) },
                maxNewTokens: (answers.map(\.count).max() ?? 0) + (checksEnd ? 1 : 0), sampling: .greedy,
                precision: student.precision, stop: checksEnd ? student.endOfText : nil)
            for ((index, answer), generated) in zip(zip(indices, answers), generated) {
                // The stop token itself is not given out: an answer that ended in time has just its own length.
                let said = Array(generated.prefix(answer.count + (checksEnd ? 1 : 0)))
                predictions[index] = Prediction(generated: said, isExact: said == answer)
            }
        }
        return predictions
    }
}
