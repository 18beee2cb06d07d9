import Circuits

/// A way to find out which components and edges a behaviour comes from. A new one is a file of this folder and a line in
/// `DiscoveryMethods`.
public protocol DiscoveryMethod: Sendable {
    /// As users write it.
    static var name: String { get }
    /// What it scores.
    static var levels: [CircuitLevel] { get }
    /// What it can put in a component's place.
    static var ablations: [Ablation] { get }
    /// What it can measure a change by.
    static var metrics: [DiscoveryMetric] { get }
    /// The default number of steps; nil for a method without steps.
    static var defaultSteps: Int? { get }
    /// The default threshold; nil for a method without one.
    static var defaultThreshold: Double? { get }

    /// - Parameter options: They are complete, and checked against what the method can do.
    init(_ options: DiscoveryOptions)

    /// Gives every edge, or every node, a score: the (approximate) change of the metric, a loss, when it is replaced,
    /// mean over pairs.
    func graph(_ task: PreparedTask) throws -> CircuitGraph
}

extension DiscoveryMethod {
    public static var levels: [CircuitLevel] { [.edge] }
    public static var ablations: [Ablation] { Ablation.allCases }
    public static var metrics: [DiscoveryMetric] { DiscoveryMetric.allCases }
    public static var defaultSteps: Int? { nil }
    public static var defaultThreshold: Double? { nil }
}
