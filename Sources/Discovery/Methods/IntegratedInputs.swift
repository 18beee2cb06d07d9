import Circuits
import TensorCore

/// Edge attribution patching with integrated gradients over inputs (Hanna, Pezzelle & Belinkov 2024): gradients are
/// means over m passes whose embedding lies on the way from the corrupted prompt to the clean one.
///
/// The points are those of hannamw/EAP-IG: k / m of the way for k = 0 ... m - 1 for edges, and for k = 1 ... m for nodes.
struct IntegratedInputs: DiscoveryMethod {
    static let name = "eap-ig-inputs"
    static let levels: [CircuitLevel] = [.edge, .node]
    static let ablations: [Ablation] = [.patch]
    static let defaultSteps: Int? = 5

    private let scores: AttributionScores
    private let steps: Int

    init(_ options: DiscoveryOptions) {
        scores = AttributionScores(level: options.level ?? .edge)
        steps = options.steps ?? 5
    }

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        let first = scores.level == .edge ? 0 : 1
        return try scores.graph(task, passes: steps, divisor: Double(steps)) { ablated, run in
            let arena = Arena()
            for step in first..<first + steps {
                arena.reset()
                let way = 1 - Float(step) / Float(steps)
                let clean = ablated.batch.clean
                let input = task.model.stream(ofInput: ablated.clean(0, plus: way, arena), clean, arena)
                try run(AttributionScores.Pass(prompts: clean, input: input))
            }
        }
    }
}
