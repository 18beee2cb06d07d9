/// A named array that training may change.
public final class Parameter: @unchecked Sendable {
    public let name: String
    public let shape: Shape
    /// Whether weight decay applies (matrices, by convention; not gains, biases).
    public let decays: Bool
    /// Index of the optimiser's parameter group.
    public let group: Int
    /// Linear maps between hidden activations that lie side by side in this matrix, each of as many columns: what
    /// `Muon` orthogonalises one by one. 0: not such a matrix (embeddings, heads, gains, biases).
    public let hiddenMaps: Int
    public let value: Tensor
    /// One for each shard of a batch; none in a frozen store.
    var slots: [GradientSlot]

    init(
        name: String, shape: Shape, decays: Bool, group: Int, hiddenMaps: Int, value: Tensor, gradient: Tensor?
    ) {
        self.name = name
        self.shape = shape
        self.decays = decays
        self.group = group
        self.hiddenMaps = hiddenMaps
        self.value = value
        slots = gradient.map { [GradientSlot($0)] } ?? []
    }

    /// The sum of the gradients of every backward pass since the last `zeroGradients()`; of several shards, after
    /// `ParameterStore.combineShards()`.
    public var gradient: Tensor? {
        slots.first?.settle()
        return slots.first?.tensor
    }
}
