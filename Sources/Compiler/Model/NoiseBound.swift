/// How much of the margin by which variables are decoded rounding can take at most, whatever the input.
public struct NoiseBound: Sendable, Hashable {
    /// By residual state, for the variables that are first in it: 0 is none, at 1 a value could be read as another. A
    /// variable's margin (`VerificationReport.smallestMargin`) is at least 1 minus this number.
    public internal(set) var states: [Double]

    public var largest: Double { states.max() ?? 0 }
}
