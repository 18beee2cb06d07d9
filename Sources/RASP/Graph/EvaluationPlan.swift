/// The order in which the nodes below some roots are computed, made once and used for many inputs.
final class EvaluationPlan: Sendable {
    /// A node with its inputs as indices into `steps`.
    struct Step: Sendable {
        let node: GraphNode
        let inputs: [Int]
    }

    let steps: [Step]
    /// Index into `steps` of each root, in the order given.
    let roots: [Int]
    /// Per step, how many later steps (and the caller, for roots) read its result; at zero it can be dropped.
    let useCounts: [Int]

    init(roots: [SOp]) {
        let order = topologicalOrder(of: roots.map(GraphNode.sop))
        var indices: [GraphNode: Int] = [:]
        indices.reserveCapacity(order.count)
        var uses = Array(repeating: 0, count: order.count)
        var steps: [Step] = []
        steps.reserveCapacity(order.count)
        for (index, node) in order.enumerated() {
            // Every child precedes its user in a topological order.
            let inputs = node.children.map { indices[$0]! }
            for input in inputs { uses[input] += 1 }
            indices[node] = index
            steps.append(Step(node: node, inputs: inputs))
        }
        self.steps = steps
        self.roots = roots.map { indices[.sop($0)]! }
        for root in self.roots { uses[root] += 1 }
        useCounts = uses
    }
}
