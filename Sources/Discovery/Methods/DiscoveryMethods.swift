import Basics

/// The methods there are, by name.
public enum DiscoveryMethods {
    public static let all: [any DiscoveryMethod.Type] = [
        ExactPatching.self, AttributionPatching.self, IntegratedInputs.self, IntegratedActivations.self,
        CleanCorrupted.self, InformationFlowRoutes.self, ACDC.self, EdgePruning.self,
    ]

    /// Checks options against what a method can do, and fills in what they leave open.
    ///
    /// - Throws: `.usage` for a method that is not known, or for an option that it does not take.
    public static func named(
        _ name: String, _ options: DiscoveryOptions
    ) throws(Failure) -> (method: any DiscoveryMethod, options: DiscoveryOptions) {
        guard let type = all.first(where: { $0.name.hasSameBytes(as: name) }) else {
            let near = Suggestion.nearest(to: name, among: all.map { $0.name })
            throw Failure(
                .usage, "unknown method '\(name.prefix(100))'",
                remedy: (near.map { "Did you mean '\($0)'? " } ?? "") + "Methods: "
                    + all.map { $0.name }.joined(separator: ", "))
        }
        func refusal(_ what: String, _ choices: [String]) -> Failure {
            Failure(
                .usage, "\(type.name) has no \(what)",
                remedy: choices.isEmpty ? "leave the option out" : "it has \(choices.joined(separator: ", "))")
        }
        var options = options
        let level = options.level ?? type.levels[0]
        guard type.levels.contains(level) else {
            throw refusal("scores of level \(level.rawValue)", type.levels.map(\.rawValue))
        }
        guard type.ablations.contains(options.ablation) else {
            throw refusal("ablation \(options.ablation.rawValue)", type.ablations.map(\.rawValue))
        }
        let metric = options.metric ?? type.metrics[0]
        guard type.metrics.contains(metric) else {
            throw refusal("metric \(metric.rawValue)", type.metrics.map(\.rawValue))
        }
        guard options.steps == nil || type.defaultSteps != nil else { throw refusal("steps", []) }
        guard options.threshold == nil || type.defaultThreshold != nil else { throw refusal("threshold", []) }
        (options.level, options.metric) = (level, metric)
        options.steps = options.steps ?? type.defaultSteps
        options.threshold = options.threshold ?? type.defaultThreshold
        return (type.init(options), options)
    }
}
