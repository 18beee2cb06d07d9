import Compiler
import Serialization
import TensorCore

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
    /// Steps of AdamW.
    public var steps = 1000
    public var seed: UInt64 = 0
    public var learningRate: Float = 2e-3
    /// Positions in a step, about.
    public var rows = 1024
    /// Fresh inputs on which the result is measured.
    public var measuredInputs = 200

    public init() {}
}
