import TensorCore

/// A tensor that a configuration implies: a parameter of the model and an entry of the checkpoint.
public struct ModelTensor: Sendable {
    /// In the model's `ParameterStore`.
    public let name: String
    public let shape: Shape
    /// Whose weights these are, counted from 0; nil for what belongs to no layer.
    public let layer: Int?
    /// Names in a checkpoint, the one that is written first. Where several are there, the first counts.
    public let spellings: [String]

    /// What `transformers` calls the head of every family here.
    static let headName = "lm_head.weight"

    public init(name: String, shape: Shape, layer: Int? = nil, spellings: [String]) {
        (self.name, self.shape, self.layer, self.spellings) = (name, shape, layer, spellings)
    }

    /// Matrices and embeddings, as opposed to gains and biases: what weight decay applies to, and what a copy in half
    /// precision keeps in bf16.
    public var isMatrix: Bool { shape.dimensions.count > 1 }
}
