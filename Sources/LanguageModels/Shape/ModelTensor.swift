import TensorCore

/// A tensor that a configuration implies: a parameter of the model and an entry of the checkpoint.
public struct ModelTensor: Sendable {
    /// In the model's `ParameterStore`.
    public let name: String
    public let shape: Shape
    /// Whose weights these are, counted from 0; nil for what belongs to no layer.
    public let layer: Int?
    /// Linear maps between hidden activations in it, side by side (`Parameter.hiddenMaps`); 0 for what is none.
    public let hiddenMaps: Int
    /// Names in a checkpoint, the one that is written first. Where several are there, the first counts.
    public let spellings: [String]

    /// What `transformers` calls the head of most families.
    static let headName = "lm_head.weight"

    /// - Parameters:
    ///   - name: What the model calls it.
    ///   - shape: Its shape.
    ///   - layer: Whose weights these are, counted from 0; nil for what belongs to no layer.
    ///   - hiddenMaps: nil: one for a layer's matrix, none for anything else.
    ///   - spellings: Its names in a checkpoint, the one that is written first.
    public init(name: String, shape: Shape, layer: Int? = nil, hiddenMaps: Int? = nil, spellings: [String]) {
        (self.name, self.shape, self.layer, self.spellings) = (name, shape, layer, spellings)
        self.hiddenMaps = hiddenMaps ?? (layer != nil && shape.dimensions.count > 1 ? 1 : 0)
    }

    /// Matrices and embeddings, as opposed to gains and biases: what weight decay applies to, and what a copy in half
    /// precision keeps in bf16.
    public var isMatrix: Bool { shape.dimensions.count > 1 }
}
