/// Which parts of a model have scores.
public enum CircuitLevel: String, Sendable, CaseIterable {
    /// Components: the input, heads and MLPs.
    case node
    /// What one component writes, as far as one reader sees it.
    case edge
}
