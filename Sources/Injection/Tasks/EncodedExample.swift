import RASP

/// A task example in both models' tokens: student token i lies over program token i.
public struct EncodedExample: Sendable, Equatable {
    /// The student's tokens: prompt, answer, and padding where it is asked for.
    public var tokens: [Int32]
    /// The program's token at each of the same positions.
    public var atoms: [Atom]
    public var promptCount: Int
    public var answerCount: Int
    /// Positions whose next token is trained, and that token; the end-of-text token can be one without being an input.
    public var supervised: [Int]
    public var targets: [Int32]

    package init(
        tokens: [Int32], atoms: [Atom], promptCount: Int, answerCount: Int, supervised: [Int], targets: [Int32]
    ) {
        (self.tokens, self.atoms, self.promptCount, self.answerCount) = (tokens, atoms, promptCount, answerCount)
        (self.supervised, self.targets) = (supervised, targets)
    }

    /// The prompt and one token of the answer.
    package var upToFirstAnswerToken: EncodedExample {
        let count = promptCount + min(answerCount, 1)
        return EncodedExample(
            tokens: Array(tokens[..<count]), atoms: Array(atoms[..<count]), promptCount: promptCount,
            answerCount: count - promptCount,
            supervised: [], targets: [])
    }

    /// What is trained: a position and the token that is due after it.
    var answerTargets: [(position: Int, token: Int32)] { zip(supervised, targets).map { ($0, $1) } }

    /// The positions of prompt and answer, without padding.
    public var contentCount: Int { promptCount + answerCount }
    public var prompt: ArraySlice<Int32> { tokens[..<promptCount] }
    public var answer: ArraySlice<Int32> { tokens[promptCount..<contentCount] }
    /// Positions at which the program's output is the next token of the answer (or the end mark): the last token of the
    /// prompt, and every token of the answer.
    public var predicting: Range<Int> { promptCount - 1..<contentCount }
}
