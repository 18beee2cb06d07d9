import Compiler

/// A compiled model whose residual stream is narrower than its basis: the sum of what its directions hold, each along a
/// learned vector, as in section 5 of Lindner et al., "Tracr" (2023).
public struct CompressedModel: Sendable {
    public let model: CompiledModel
    /// d
    public let width: Int
    /// W, `[D, d]`: sublayers read `h W^T` and write through W.
    public let projection: [Float]
    /// Directions with a coordinate of their own, the first ones of the stream.
    public let kept: [Int]
    /// With W as principal components of the states left it, and after training.
    public let untrained: Fidelity
    public let trained: Fidelity
    public let steps: Int
}

/// How W is found.
public struct CompressionOptions: Sendable {
    /// Steps of AdamW, each over all moments of the states (`ReadingObjective`).
    public var steps = 400
    public var seed: UInt64 = 0
    /// At first; it falls to zero along half a cosine.
    public var learningRate: Float = 0.02
    /// Positions of random inputs whose states W is learned from, about.
    public var rows = 8192
    /// How much the states themselves count beside what is read of them.
    public var stateWeight: Float = 0.1
    /// Fresh inputs on which the result is measured.
    public var measuredInputs = 200

    public init() {}
}
