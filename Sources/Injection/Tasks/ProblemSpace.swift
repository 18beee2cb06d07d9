import Basics

/// All problems of a task: how many there are, how to come by one, and how they are divided into train and test.
public struct ProblemSpace: Sendable {
    /// Draws one problem of a class of problems that has already been chosen (same length and count, say), so that a
    /// repeat can be replaced by another of the same class without bending the distribution over classes.
    public typealias Sampler = @Sendable (inout SeededRandom) -> Problem

    public enum Access: Sendable {
        /// Few enough to be numbered: order is a seeded shuffle, and nothing repeats before all have been seen.
        case indexed(count: Int, @Sendable (Int) -> Problem)
        /// Too many to number: a class is drawn first, then a problem in it.
        case drawn(@Sendable (inout SeededRandom) -> Sampler)
    }

    public var access: Access
    /// How many distinct problems there are; a `Double`, since 2^41 is among the small ones.
    public var distinct: Double
    /// A stable hash of the input puts one problem in this many into the test split; 0: no test split.
    public var testShare: UInt64
    /// The characters of the task's own inputs beside spaces: with anything else in it, an input is no prompt of any
    /// setting.
    public var alphabet: Set<Unicode.Scalar>
    /// Problems in the task's alphabet that belong to a test setting, and so to neither train nor test.
    public var isReserved: @Sendable (Problem) -> Bool
    /// Problems with the longest prompts and answers; with them the compiled model's length is found.
    public var longest: [Problem]

    public init(
        _ access: Access, distinct: Double, testShare: UInt64 = 0, longest: [Problem], alphabet: String = "",
        isReserved: @escaping @Sendable (Problem) -> Bool = { _ in false }
    ) {
        (self.access, self.distinct, self.testShare) = (access, distinct, testShare)
        (self.longest, self.alphabet, self.isReserved) = (longest, Set(alphabet.unicodeScalars), isReserved)
    }

    /// Whether the problem belongs to the split: train and test share nothing, whatever the seed.
    ///
    /// - Parameter hash: the problem's `stableHash`.
    func contains(_ problem: Problem, hash: UInt64, in split: Split) -> Bool {
        // The hash first: it settles most questions, and the rest looks at every character.
        if testShare > 0, (hash % testShare == 0) != (split == .test) { return false }
        let isOfTheTask = problem.input.unicodeScalars.allSatisfy { $0 == " " || alphabet.contains($0) }
        return !(isOfTheTask && isReserved(problem))
    }
}
