import Circuits

/// The mean of the gradients of the clean and of the corrupted prompts, in place of integrated gradients
/// (`get_scores_clean_corrupted` of hannamw/EAP-IG).
struct CleanCorrupted: DiscoveryMethod {
    static let name = "clean-corrupted"
    static let levels: [CircuitLevel] = [.edge, .node]
    static let ablations: [Ablation] = [.patch]

    private let scores: AttributionScores

    init(_ options: DiscoveryOptions) { scores = AttributionScores(level: options.level ?? .edge) }

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        try scores.graph(task, passes: 2, divisor: 2) { ablated, run in
            try run(AttributionScores.Pass(prompts: ablated.batch.clean))
            try run(AttributionScores.Pass(prompts: ablated.batch.corrupted))
        }
    }
}
