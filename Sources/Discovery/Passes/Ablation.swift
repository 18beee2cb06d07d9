/// What takes the place of a component's output.
public enum Ablation: String, Sendable, CaseIterable {
    /// What it is for the corrupted prompt.
    case patch
    /// Its mean over all clean prompts, position by position.
    case mean
    case zero
}
