import Basics
import Circuits
import Compiler
import Evaluation
import Pictures

/// What `circuit` says, where a picture or a file says it.
extension CircuitReport {
    /// Layers downwards, with what every edge carries; components outside the circuit stand by themselves.
    var picture: CircuitPicture {
        let graph = survey.map(circuit.graph) ?? circuit.graph
        var labels: [CircuitEdge: [CircuitPicture.Label]] = [:]
        for connection in circuit.connections where connection.varies {
            labels[connection.edge] = connection.carries.map { CircuitPicture.Label($0.name, isFaint: $0.isScratch) }
        }
        return CircuitPicture(
            title: "The circuit of \(circuit.model.name)", graph: graph, labels: labels,
            outside: circuit.shape.nodes.filter { !graph[$0].isInGraph && !isEmpty($0) })
    }

    /// An MLP that has nothing to compute is not worth a box.
    private func isEmpty(_ node: CircuitNode) -> Bool {
        circuit.component(node).map { $0.writes.isEmpty && $0.clears.isEmpty } ?? true
    }

    /// Every variable of the model: what `config.json` of a compiled program says, who writes it and who reads it.
    var variables: [JSONValue] {
        circuit.model.variables.map { variable in
            var members = variable.json.object ?? JSONObject()
            members["writer"] = circuit.writer(of: variable).map { .string($0.description) } ?? .null
            members["readers"] = .strings(circuit.readers(of: variable).map(\.description))
            return .object(members)
        }
    }

    /// What was checked, each with its 95 % interval (Wilson).
    func certificates(_ survey: CircuitSurvey) -> [(String, JSONValue)] {
        func unchanged(_ effect: CircuitEffect) -> JSONValue {
            .object(JSONObject(Proportion(effect.pairs - effect.changed, of: effect.pairs).members))
        }
        let seen = survey.edges.count - survey.unseen.count
        return [
            ("outside_exchanged", unchanged(survey.outside)),
            ("half_of_outside_exchanged", unchanged(survey.outsideInPart)),
            ("circuit_exchanged", unchanged(survey.inside)),
            ("edges_that_change_an_output", .integer(seen)), ("edges", .integer(survey.edges.count)),
        ]
    }
}
