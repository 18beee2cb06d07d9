import Circuits
import Compiler

/// The circuit of a run: the compiled program's, in the components of the student that do its steps.
package struct InjectedCircuit: Sendable {
    package let placement: CircuitPlacement
    package let compiled: CompiledCircuit
    /// Without scores.
    package let graph: CircuitGraph
    /// By edge of the student, what it stands for; nothing for edges within a step.
    private let connections: [CircuitEdge: [CircuitConnection]]
    private let steps: [CircuitNode: CircuitNode]

    package init(_ placement: CircuitPlacement, _ compiled: CompiledCircuit) {
        (self.placement, self.compiled) = (placement, compiled)
        graph = CircuitGraph(placement.shape, circuit: placement.edges(of: compiled))
        var connections: [CircuitEdge: [CircuitConnection]] = [:]
        for connection in compiled.connections where connection.varies {
            for edge in placement.edges(of: connection.edge) { connections[edge, default: []].append(connection) }
        }
        self.connections = connections
        var steps: [CircuitNode: CircuitNode] = [.logits: .logits]
        for node in placement.input { steps[node] = .input }
        for step in placement.steps { for node in step.nodes { steps[node] = step.component } }
        self.steps = steps
    }

    /// The edges in the shape's order.
    package var edges: [CircuitEdge] { graph.circuit }

    /// The compiled model's component whose work a component of the student does; nil outside the circuit.
    package func step(of node: CircuitNode) -> CircuitNode? { steps[node] }

    /// What an edge carries: the variables of the edges that it stands for.
    package func variables(on edge: CircuitEdge) -> [CircuitVariable] {
        var variables: [CircuitVariable] = []
        for variable in connections[edge, default: []].flatMap(\.carries) where !variables.contains(variable) {
            variables.append(variable)
        }
        return variables
    }

    /// The circuit with predicted effects as scores: the share of pairs in which the compiled model's output at the last
    /// position changes when the same node or edge is exchanged there. An edge within a step, of which the program says
    /// nothing, has the score 0.
    package func graph(_ survey: CircuitSurvey) -> CircuitGraph {
        var graph = graph
        func share(_ effect: CircuitEffect?) -> Double {
            guard let effect, effect.pairs > 0 else { return 0 }
            return Double(effect.changedAtEnd) / Double(effect.pairs)
        }
        for edge in edges {
            graph[edge].score = connections[edge, default: []].map { share(survey.edges[$0.edge]) }.max() ?? 0
        }
        for (node, step) in steps where node != .logits { graph[node].score = share(survey.nodes[step]) }
        return graph
    }
}
