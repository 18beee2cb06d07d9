/// The value of every node of a program on one input.
struct NodeTrace {
    fileprivate var sequences: [SOp: [Atom?]] = [:]
    fileprivate var matrices: [Selector: SelectionMatrix] = [:]

    /// The values of a node of the traced program; none for any other node.
    func sequence(_ sop: SOp) -> [Atom?] { sequences[sop] ?? [] }
    func selection(_ selector: Selector) -> SelectionMatrix { matrices[selector] ?? SelectionMatrix(size: 0) }
}

extension Interpreter {
    /// Keeps everything that is computed on the way to the output.
    func trace(_ program: Program, on input: [Atom]) throws -> NodeTrace {
        var evaluator = try Evaluator(self, input: input, uniform: program.uniformSequences)
        var index: [GraphNode: Int] = [:]
        var trace = NodeTrace()
        for node in topologicalOrder(of: [.sop(program.output)]) {
            let position = try evaluator.append(node, inputs: node.children.compactMap { index[$0] })
            index[node] = position
            switch node {
            case .sop(let sop): trace.sequences[sop] = evaluator.sequence(position)
            case .selector(let selector): trace.matrices[selector] = evaluator.selection(position)
            }
        }
        return trace
    }
}
