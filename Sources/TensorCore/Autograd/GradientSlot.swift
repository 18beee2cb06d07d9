/// Where one tape at a time sums a parameter's gradient. A parameter has a slot for each shard of a batch, so that tapes
/// of several shards can run side by side.
final class GradientSlot: @unchecked Sendable {
    let tensor: Tensor
    /// The gradient is zero but its memory has not been cleared: the first contribution overwrites it.
    var isStale = false

    init(_ tensor: Tensor) { self.tensor = tensor }

    /// Clears the memory of a gradient that nothing has contributed to.
    func settle() {
        guard isStale else { return }
        tensor.fill(0)
        isStale = false
    }
}
