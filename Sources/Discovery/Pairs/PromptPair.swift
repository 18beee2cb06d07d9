/// A prompt and its counterfactual, which has as many tokens, with the two answers that are compared after the last one.
public struct PromptPair: Sendable, Equatable {
    public let clean: [Int32]
    public let corrupted: [Int32]
    /// The token that is right after the clean prompt.
    public let correct: Int32
    /// The token that it is compared with, which is right after the corrupted prompt.
    public let incorrect: Int32

    /// - Precondition: Both prompts have the same length, at least 1.
    public init(clean: [Int32], corrupted: [Int32], correct: Int32, incorrect: Int32) {
        precondition(!clean.isEmpty && clean.count == corrupted.count, "prompts of \(clean.count), \(corrupted.count)")
        (self.clean, self.corrupted, self.correct, self.incorrect) = (clean, corrupted, correct, incorrect)
    }
}
