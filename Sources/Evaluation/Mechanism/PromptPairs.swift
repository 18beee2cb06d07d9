import Injection

/// Prompts that find a partner of equal length.
enum PromptPairs {
    /// Partners lie side by side: 0 and 1, 2 and 3, ...
    ///
    /// - Parameter prompts: the most that are taken.
    static func examples(_ run: LoadedRun, prompts: Int, seed: Int) throws -> [EncodedExample] {
        try all(run, prompts: prompts, seed: seed).map(\.encoded)
    }

    /// The same of any split, each with its text.
    static func all(
        _ run: LoadedRun, prompts: Int, seed: Int, split: Split = .test
    ) throws -> [(example: Example, encoded: EncodedExample)] {
        let encoder = run.task.encoder
        // Only some prompts find a partner of their length.
        let context = run.student.model.configuration.contextLength
        let encoded = try run.task.task.examples(split, count: prompts * 4, seed: seed)
            .map { (example: $0, encoded: try encoder.encode($0)) }.filter { $0.encoded.contentCount <= context }
            // Words have lengths of their own, by which only equal answers would be paired.
            .map {
                encoder.task.tokens.answers == nil
                    ? $0 : (example: $0.example, encoded: $0.encoded.upToFirstAnswerToken)
            }
        var waiting: [[Int]: (example: Example, encoded: EncodedExample)] = [:]
        var partners: [(example: Example, encoded: EncodedExample)] = []
        for example in encoded where partners.count + 1 < prompts {
            let lengths = [example.encoded.promptCount, example.encoded.answerCount]
            if let other = waiting.removeValue(forKey: lengths) {
                partners += [other, example]
            } else {
                waiting[lengths] = example
            }
        }
        return partners
    }
}
