import Circuits

/// The circuit of a compiled program: what every component reads and writes, and which components work on which.
///
/// It is read off the weights. An edge belongs to the circuit where the writer's share of the stream can differ between
/// two inputs of one length, on a direction that the reader reads for something that can reach the output
/// (`CircuitFlow`). Exchanging everything else for what it is on another input changes no output; whether each edge
/// changes one is for `CircuitSurvey` to say.
public struct CompiledCircuit: Sendable {
    public let model: CompiledModel
    public let shape: CircuitShape
    /// Input, heads and MLPs in order, then the logits.
    public let components: [CircuitComponent]
    /// Every edge over which a reader that matters is given anything, constants too, in the shape's order.
    public let connections: [CircuitConnection]

    let wiring: CircuitWiring

    public init(_ model: CompiledModel) {
        self.model = model
        shape = model.circuitShape
        var parts: [CircuitNode: CircuitParts] = [:]
        for (number, layer) in model.layers.enumerated() {
            for (head, weights) in layer.heads.enumerated() {
                parts[.head(layer: number, head: head)] = CircuitParts(weights)
            }
            parts[.mlp(layer: number)] = CircuitParts(mlp: layer)
        }
        wiring = CircuitWiring(model, parts)
        let uses = CircuitUses(model, parts)
        components = shape.nodes.map(uses.component)
        let flow = CircuitFlow(model, parts)
        connections = shape.edges.compactMap { uses.connection($0, flow) }
    }

    /// The circuit: edges that can change the output, in the shape's order.
    public var edges: [CircuitEdge] { connections.lazy.filter(\.varies).map(\.edge) }

    /// The components at their ends, in the shape's order.
    public var nodes: [CircuitNode] { graph.circuitNodes }

    /// The circuit as a graph without scores.
    public var graph: CircuitGraph { CircuitGraph(shape, circuit: edges) }

    public func component(_ node: CircuitNode) -> CircuitComponent? { components.first { $0.node == node } }

    /// The component that computes a variable, or the input. Components that only clear its directions, or that take
    /// back at BOS what a head wrote there, are not among its writers.
    public func writer(of variable: CompiledVariable) -> CircuitNode? {
        components.first { component in component.writes.contains { matches($0, variable) } }?.node
    }

    /// Where the circuit reads a variable: the readers at the ends of the edges that carry it.
    public func readers(of variable: CompiledVariable) -> [CircuitReader] {
        guard let writer = writer(of: variable) else { return [] }
        return connections.filter { connection in
            connection.varies && connection.edge.writer == writer
                && connection.carries.contains { matches($0, variable) }
        }.map(\.edge.reader)
    }

    /// Two names of one variable have the same directions at the same time.
    private func matches(_ known: CircuitVariable, _ variable: CompiledVariable) -> Bool {
        guard let number = known.number else { return false }
        let own = model.variables[number]
        return own.directions == variable.directions && own.writtenByLayer == variable.writtenByLayer
    }
}
