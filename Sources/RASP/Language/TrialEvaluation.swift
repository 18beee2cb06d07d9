/// Evaluates nodes on an example as they are built, each once per example.
final class TrialEvaluation {
    private let limits: Limits
    private var input: [Atom] = []
    private var evaluator: Evaluator?
    private var index: [GraphNode: Int] = [:]

    init(limits: Limits) { self.limits = limits }

    /// Starts the account of work anew, for the next input of a conversation.
    func begin() { evaluator?.work = 0 }

    /// - Throws: what evaluating the node on the input throws.
    func evaluate(_ node: GraphNode, on input: [Atom]) throws {
        if evaluator == nil || self.input.count != input.count
            || !zip(self.input, input).allSatisfy({ $0.quoted == $1.quoted })
        {
            let spent = evaluator?.work ?? 0
            evaluator = try Evaluator(Interpreter(limits: limits), input: input, uniform: true)
            evaluator?.work = spent
            self.input = input
            index = [:]
        }
        for pending in unevaluated(node) {
            let inputs = pending.children.map { index[$0]! }
            index[pending] = try evaluator!.append(pending, inputs: inputs)
        }
    }

    private func unevaluated(_ root: GraphNode) -> [GraphNode] {
        guard index[root] == nil else { return [] }
        if root.children.allSatisfy({ index[$0] != nil }) { return [root] }
        return topologicalOrder(of: [root]).filter { index[$0] == nil }
    }
}
