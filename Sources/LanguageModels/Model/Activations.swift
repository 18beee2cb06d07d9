import TensorCore

/// What a forward pass leaves behind.
public struct Activations {
    /// The residual stream at each state reached, [N, D], *before* the hook there: `layers + 1` states, or fewer
    /// when the pass was stopped early, or none when they were not to be kept.
    public let residual: [Variable]
    let normalized: Variable?

    /// After the last layer norm, [N, D]. A pass that was stopped early has none, and asking for it is a fault.
    public var final: Variable {
        guard let normalized else { preconditionFailure("the forward pass was stopped before the last layer norm") }
        return normalized
    }
}
