import Circuits

/// How a method is to run. What is nil is the method's own choice.
public struct DiscoveryOptions: Sendable, Equatable {
    public var level: CircuitLevel?
    public var ablation: Ablation
    public var metric: DiscoveryMetric?
    public var steps: Int?
    public var threshold: Double?
    public var seed: UInt64

    public init(
        level: CircuitLevel? = nil, ablation: Ablation = .patch, metric: DiscoveryMetric? = nil, steps: Int? = nil,
        threshold: Double? = nil, seed: UInt64 = 42
    ) {
        (self.level, self.ablation, self.metric) = (level, ablation, metric)
        (self.steps, self.threshold, self.seed) = (steps, threshold, seed)
    }
}
