import Circuits

/// An edge, and what a reader gets over it.
public struct CircuitConnection: Sendable {
    public let edge: CircuitEdge
    /// The variables whose directions the writer writes and the reader reads.
    public let carries: [CircuitVariable]
    /// Whether it can differ between two inputs of one length. What does not is a function of positions and length
    /// alone: the constant of BOS, indices, a length.
    public let varies: Bool
    /// Whether all that it carries was cleared before the reader runs: the reader gets it together with what clears it,
    /// and the two cancel. Only where directions are reused.
    public let isCleared: Bool
}
