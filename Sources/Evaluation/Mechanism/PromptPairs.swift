import Injection
import InjectionSettings

/// Test prompts that find a partner of equal length.
enum PromptPairs {
    /// Partners lie side by side: 0 and 1, 2 and 3, ...
    ///
    /// - Parameter prompts: the most that are taken.
    static func examples(_ run: LoadedRun, prompts: Int, seed: Int) throws -> [EncodedExample] {
        let encoder = run.task.encoder
        // Only some prompts find a partner of their length.
        let context = run.student.model.configuration.contextLength
        let encoded = try run.task.task.examples(.test, count: prompts * 4, seed: seed)
            .map { try encoder.encode($0) }.filter { $0.contentCount <= context }
            // Words have lengths of their own, by which only equal answers would be paired.
            .map { encoder.task.tokens.answers == nil ? $0 : $0.upToFirstAnswerToken }
        var waiting: [[Int]: EncodedExample] = [:]
        var partners: [EncodedExample] = []
        for example in encoded where partners.count + 1 < prompts {
            let lengths = [example.promptCount, example.answerCount]
            if let other = waiting.removeValue(forKey: lengths) {
                partners += [other, example]
            } else {
                waiting[lengths] = example
            }
        }
        return partners
    }
}
