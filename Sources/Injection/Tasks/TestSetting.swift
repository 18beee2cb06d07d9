/// A setting outside the training distribution: examples of a kind that training never sees, for `eval --ood`.
public struct TestSetting: Sendable {
    public enum Source: Sendable {
        case space(ProblemSpace)
        /// The test split, each problem changed.
        case test(@Sendable (Problem) -> Problem)
    }

    /// `x-only`, `length-3x`, ...
    public var name: String
    public var summary: String
    public var source: Source

    public init(_ name: String, _ summary: String, _ source: Source) {
        (self.name, self.summary, self.source) = (name, summary, source)
    }
}
