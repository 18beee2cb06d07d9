import Circuits

/// Edge attribution patching (Syed, Rager & Conmy 2023), and attribution patching of nodes (Nanda 2023): the change of
/// the metric to first order, from the gradients of the clean prompts.
///
/// KL has no gradient where nothing is changed, so it is no metric here.
struct AttributionPatching: DiscoveryMethod {
    static let name = "eap"
    static let levels: [CircuitLevel] = [.edge, .node]
    static let metrics: [DiscoveryMetric] = [.logitDifference]

    private let scores: AttributionScores

    init(_ options: DiscoveryOptions) { scores = AttributionScores(level: options.level ?? .edge) }

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        try scores.graph(task, passes: 1, divisor: 1) { ablated, run in
            try run(AttributionScores.Pass(prompts: ablated.batch.clean))
        }
    }
}
