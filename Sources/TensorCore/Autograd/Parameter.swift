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
    /// nil in a frozen store.
    let gradientStorage: Tensor?
    /// The gradient is zero but its memory has not been cleared: the first contribution overwrites it.
    var gradientIsStale = false

    init(
        name: String, shape: Shape, decays: Bool, group: Int, hiddenMaps: Int, value: Tensor, gradient: Tensor?
    ) {
        self.name = name
        self.shape = shape
        self.decays = decays
        self.group = group
        self.hiddenMaps = hiddenMaps
        self.value = value
        gradientStorage = gradient
    }

    /// The sum of the gradients of every backward pass since the last `zeroGradients()`.
    public var gradient: Tensor? {
        settleGradient()
        return gradientStorage
    }

    /// Clears the memory of a gradient that nothing has contributed to.
    func settleGradient() {
        guard gradientIsStale else { return }
        gradientStorage?.fill(0)
        gradientIsStale = false
    }
}
