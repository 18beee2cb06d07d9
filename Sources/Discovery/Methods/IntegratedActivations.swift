import Circuits
import TensorCore

/// Edge attribution patching with integrated gradients over activations (`get_scores_ig_activations` of
/// hannamw/EAP-IG): the input, each layer's heads and each MLP are in turn taken k / m of the way from what takes their
/// place back to what they are, for k = 1 ... m, all else being clean; gradients are means over all these passes.
struct IntegratedActivations: DiscoveryMethod {
    static let name = "eap-ig-activations"
    static let levels: [CircuitLevel] = [.edge, .node]
    static let defaultSteps: Int? = 5

    private let scores: AttributionScores
    private let steps: Int

    init(_ options: DiscoveryOptions) {
        scores = AttributionScores(level: options.level ?? .edge)
        steps = options.steps ?? 5
    }

    func graph(_ task: PreparedTask) throws -> CircuitGraph {
        let groups = task.model.writerGroups
        let passes = groups.count * steps
        return try scores.graph(task, passes: passes, divisor: Double(passes)) { ablated, run in
            let arena = Arena()
            for group in groups {
                for step in 1...steps {
                    arena.reset()
                    let way = 1 - Float(step) / Float(steps)
                    var pass = AttributionScores.Pass(prompts: ablated.batch.clean)
                    if group == 0..<1 {
                        pass.input = task.model.stream(ofInput: ablated.clean(0, plus: way, arena), pass.prompts, arena)
                    } else {
                        for writer in group { pass.outputs[writer] = ablated.clean(writer, plus: way, arena) }
                    }
                    try run(pass)
                }
            }
        }
    }
}
