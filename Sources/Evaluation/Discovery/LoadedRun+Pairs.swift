import Basics
import Discovery
import Injection

extension LoadedRun {
    /// Pairs of the run's own task: test prompts of equal length whose answers begin with different tokens, which are
    /// the two that are compared. Each prompt is in one pair.
    ///
    /// - Parameters:
    ///   - count: At most so many pairs.
    ///   - seed: Decides which prompts.
    /// - Throws: `.badData` where no two prompts make a pair.
    public func pairs(count: Int, seed: Int) throws -> [PromptPair] {
        let context = student.model.configuration.contextLength
        var waiting: [Int: [EncodedExample]] = [:]
        var pairs: [PromptPair] = []
        // Only some prompts find a partner of their length with another answer.
        for example in try task.task.examples(.test, count: count * 8, seed: seed) {
            guard pairs.count < count else { break }
            let example = try task.encoder.encode(example)
            guard example.promptCount <= context, let answer = example.answer.first else { continue }
            let length = example.promptCount
            if let place = waiting[length]?.firstIndex(where: { $0.answer.first != answer }),
                let other = waiting[length]?.remove(at: place), let otherAnswer = other.answer.first
            {
                pairs.append(
                    PromptPair(
                        clean: Array(other.prompt), corrupted: Array(example.prompt), correct: otherAnswer,
                        incorrect: answer))
            } else {
                waiting[length, default: []].append(example)
            }
        }
        guard !pairs.isEmpty else {
            throw Failure(
                .badData, "no two test prompts of the task have the same length and different answers",
                remedy: "give pairs with --pairs")
        }
        return pairs
    }
}
