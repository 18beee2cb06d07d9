import Basics
import Circuits
import Compiler
import Injection
import LanguageModels
import Pictures
import TensorCore

/// What `circuit` tells of a run.
extension InjectedCircuit {
    /// `name`, `nodes` with what each reads and writes and the `step` whose work it does, `edges`, `connections` with
    /// the variables on each edge, `steps` with the sets of components that do each, and `decoys`.
    ///
    /// - Parameter graph: the circuit with predicted effects, or without.
    package func json(_ graph: CircuitGraph) -> JSONValue {
        let nodes = graph.nodes.map { ($0.description, json($0, graph)) }
        let connections = edges.map { edge -> (String, JSONValue) in
            var members = JSONObject([("variables", .strings(variables(on: edge).map(\.name)))])
            if let score = graph[edge].score { members["effect"] = .number(score) }
            return (edge.description, .object(members))
        }
        let steps = placement.steps.map { step -> (String, JSONValue) in
            (step.component.description, .array(step.groups.map { .strings($0.map(\.description)) }))
        }
        let decoys = placement.decoys.map { ($0.node.description, JSONValue.string($0.variable)) }
        return .object(
            JSONObject([
                ("name", .string(compiled.model.name)), ("nodes", .object(JSONObject(nodes))),
                ("edges", .strings(edges.map(\.description))), ("connections", .object(JSONObject(connections))),
                ("steps", .object(JSONObject(steps))), ("decoys", .object(JSONObject(decoys))),
            ]))
    }

    private func json(_ node: CircuitNode, _ graph: CircuitGraph) -> JSONValue {
        guard let step = step(of: node), let component = compiled.component(step) else {
            return ["reads": .object(JSONObject([])), "writes": .array([]), "in_circuit": .bool(false)]
        }
        var members = JSONObject([
            ("reads", component.readsJSON), ("writes", .strings(component.writes.map(\.name))),
            ("in_circuit", .bool(true)), ("step", .string(step.description)),
        ])
        if let score = graph[node].score { members["effect"] = .number(score) }
        return .object(members)
    }

    /// Layers downwards, with the variables on each edge.
    package func picture(_ graph: CircuitGraph) -> CircuitPicture {
        var labels: [CircuitEdge: [CircuitPicture.Label]] = [:]
        for edge in edges {
            labels[edge] = variables(on: edge).map { CircuitPicture.Label($0.name, isFaint: $0.isScratch) }
        }
        return CircuitPicture(
            title: "The circuit of \(compiled.model.name)", graph: graph, labels: labels,
            outside: placement.decoys.map(\.node))
    }
}

/// The subspaces that hold variables in a run's student, and what of it writes and reads them.
package struct CaseVariables {
    private let run: LoadedRun
    private let circuit: InjectedCircuit

    package init(_ run: LoadedRun, _ circuit: InjectedCircuit) { (self.run, self.circuit) = (run, circuit) }

    /// By name the orthonormal rows of each variable's subspace, [dimensions, d_model]; of a decoy, under `decoy.` and
    /// the head's name, the subspace that its output says the variable in.
    ///
    /// - Throws: `LinearAlgebraError` for a map that is not finite.
    package func bases() throws -> [(name: String, rows: Tensor)] {
        var bases = try run.layout.variables.map { ($0.name, try run.projection.subspace(of: [$0.rows])) }
        let heads = circuit.placement.decoyHeads(run.layout, seed: run.settings.seed)
        for (decoy, head) in zip(circuit.placement.decoys, heads) {
            bases.append(("decoy.\(decoy.node)", try RowSpace.orthonormalBasis(of: head.codes)))
        }
        return bases
    }

    /// Each variable with its tensor's name, its values, the states that hold it and where TransformerLens has these,
    /// and the components that write and read it.
    package func json() throws -> JSONValue {
        let model = circuit.compiled.model
        return .array(
            try run.layout.variables.map { entry in
                let variable = model.variables.first { $0.name.hasSameBytes(as: entry.name) }
                let writer = variable.flatMap(circuit.compiled.writer)
                let readers = variable.map(circuit.compiled.readers) ?? []
                let states = Array(run.layers[min(entry.writtenByLayer, run.layers.count - 1)...])
                let values: JSONValue =
                    switch entry.encoding {
                    case .categorical(let values): .array(values.map(JSONValue.init(atom:)))
                    case .numerical(let known): .array(known.map { .number($0) })
                    }
                return [
                    "name": .string(entry.name), "encoding": entry.isCategorical ? "categorical" : "numerical",
                    "values": values,
                    "dimensions": .integer(try run.projection.subspace(of: [entry.rows]).rows),
                    "states": .array(states.map { .integer($0) }),
                    "transformer_lens": .strings(states.map { HookPoint.residual($0).transformerLens.name }),
                    "writers": .strings(writer.map { circuit.placement.nodes(of: $0).map(\.description) } ?? []),
                    "readers": .strings(readers.flatMap(circuit.readers).map(\.description)),
                ]
            })
    }
}

extension InjectedCircuit {
    /// The student's readers that stand for one of the compiled model's.
    fileprivate func readers(of reader: CircuitReader) -> [CircuitReader] {
        var readers: [CircuitReader] = []
        for edge in compiled.edges where edge.reader == reader {
            for own in placement.edges(of: edge).map(\.reader) where !readers.contains(own) { readers.append(own) }
        }
        return readers
    }
}
