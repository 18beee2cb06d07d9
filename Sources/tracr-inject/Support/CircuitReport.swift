import Basics
import Circuits
import Compiler

/// What `circuit` says about a compiled program.
struct CircuitReport {
    let circuit: CompiledCircuit
    /// nil: nothing was exchanged.
    let survey: CircuitSurvey?
    /// How many pairs were tried at most for an edge on which nothing had changed the output.
    let searched: Int

    private var model: CompiledModel { circuit.model }

    /// That the circuit does not hold all that matters.
    var failure: Failure? {
        guard let survey, !survey.isSufficient else { return nil }
        return Failure(
            .verificationFailed, "exchanging what is outside the circuit changes the output", at: model.name)
    }

    // MARK: - Text

    var text: String {
        let marked = circuit.graph
        let heads = model.headsPerLayer.map(String.init).joined(separator: " + ")
        var listing = Listing()
        listing.add("program", model.name)
        listing.add("layers", "\(model.layerCount), heads \(heads)")
        let parts = circuit.shape.nodes.count
        listing.add("circuit", "\(circuit.edges.count) edges; \(circuit.nodes.count) of \(parts) components")
        if let survey {
            listing.add("outside exchanged", Self.unchanged(survey.outside))
            listing.add("half of it exchanged", Self.unchanged(survey.outsideInPart))
            listing.add("circuit exchanged", Self.equal(survey.inside))
        }
        var components = Table(["component", "reads", "writes", ""])
        for component in circuit.components {
            components.add([
                component.node.description, Self.reads(component), Self.writes(component),
                marked[component.node].isInGraph ? "" : isUsed(component.node) ? "always the same" : "not needed",
            ])
        }
        var sections = [listing.text, components.text, edges.text]
        let hidden = hiddenConnections
        if !hidden.isEmpty {
            sections.append(
                "\(hidden.count) further edges carry what was cleared before it is read: what is written and what clears it"
                    + "\ncancel, and either shows only where it is exchanged without the other. --json lists them.")
        }
        if !constants.isEmpty {
            sections.append(
                "The same on all inputs of one length, so that exchanging it changes nothing:\n"
                    + constants.map { "  \($0.edge)  \(Self.names($0.carries))" }.joined(separator: "\n"))
        }
        return sections.joined(separator: "\n\n")
    }

    private var edges: Table {
        var header = ["edge", "carries"]
        if survey != nil { header += ["output changes", "size"] }
        var table = Table(header, rightAligned: survey == nil ? [] : [3])
        let cleared = Set(hiddenConnections.map(\.edge))
        for connection in circuit.connections where connection.varies && !cleared.contains(connection.edge) {
            var row = [connection.edge.description, Self.names(connection.carries)]
            if connection.isCleared { row[1] += ", cleared" }
            if let survey, let effect = survey.edges[connection.edge] {
                let unseen = survey.unseen[connection.edge].map { "not seen in \($0 + effect.pairs) pairs" }
                row += [unseen ?? "\(effect.changed) of \(effect.pairs)", Quantity.fixed(effect.size, 3)]
            }
            table.add(row)
        }
        return table
    }

    /// Edges that the table leaves out: those of cleared values, where they would hide the others.
    private var hiddenConnections: [CircuitConnection] {
        let varying = circuit.connections.filter(\.varies)
        let cleared = varying.filter(\.isCleared)
        return cleared.count > 20 && 2 * cleared.count > varying.count ? cleared : []
    }

    /// What only BOS marks is read by nearly everything, and left out.
    private var constants: [CircuitConnection] {
        circuit.connections.filter { !$0.varies && $0.carries.contains { $0.number != nil } }
    }

    /// Whether the output needs the component, if only for what is the same on all inputs of one length.
    private func isUsed(_ node: CircuitNode) -> Bool { circuit.connections.contains { $0.edge.writer == node } }

    static func reads(_ component: CircuitComponent) -> String {
        component.reads.map { reader, variables in
            guard case .head(_, _, let operand) = reader else { return names(variables) }
            return "\(operand.rawValue): \(names(variables))"
        }.joined(separator: "; ")
    }

    static func writes(_ component: CircuitComponent) -> String {
        let cleared = component.clears.isEmpty ? nil : "clears \(names(component.clears))"
        let written = component.writes.isEmpty ? nil : names(component.writes)
        return [written, cleared].compactMap { $0 }.joined(separator: "; ")
    }

    /// Scratch in parentheses, BOS only where there is nothing else.
    static func names(_ variables: [CircuitVariable]) -> String {
        let shown = variables.contains { $0.number != nil } ? variables.filter { $0.number != nil } : variables
        return shown.isEmpty ? "–" : shown.map { $0.isScratch ? "(\($0.name))" : $0.name }.joined(separator: ", ")
    }

    private static func unchanged(_ effect: CircuitEffect) -> String {
        effect.changed == 0
            ? "no output changes on \(effect.pairs) pairs" : "\(effect.changed) of \(effect.pairs) outputs change"
    }

    private static func equal(_ effect: CircuitEffect) -> String {
        effect.changed == 0
            ? "the other input's output on all \(effect.pairs) pairs"
            : "another output than the other input's on \(effect.changed) of \(effect.pairs) pairs"
    }

    // MARK: - JSON

    var json: JSONValue {
        let marked = circuit.graph
        let nodes = circuit.components.map { component -> (String, JSONValue) in
            (component.node.description, json(component, isInCircuit: marked[component.node].isInGraph))
        }
        let varying = circuit.connections.filter(\.varies)
        return .object(
            JSONObject([
                ("name", .string(model.name)), ("nodes", .object(JSONObject(nodes))),
                ("edges", .strings(varying.map(\.edge.description))),
                ("connections", .object(JSONObject(circuit.connections.map { ($0.edge.description, json($0)) }))),
                ("variables", .array(variables)),
                ("certificates", survey.map { .object(JSONObject(certificates($0))) } ?? .null),
            ]))
    }

    private func json(_ component: CircuitComponent, isInCircuit: Bool) -> JSONValue {
        var members = JSONObject([
            ("reads", component.readsJSON), ("writes", .strings(component.writes.map(\.name))),
            ("clears", .strings(component.clears.map(\.name))), ("in_circuit", .bool(isInCircuit)),
        ])
        if let effect = survey?.nodes[component.node] { members["effect"] = Self.json(effect) }
        return .object(members)
    }

    private func json(_ connection: CircuitConnection) -> JSONValue {
        var members = JSONObject([
            ("variables", .strings(connection.carries.map(\.name))), ("varies", .bool(connection.varies)),
            ("cleared", .bool(connection.isCleared)),
        ])
        if let survey, let effect = survey.edges[connection.edge] {
            members["effect"] = Self.json(effect)
            if let further = survey.unseen[connection.edge] { members["unseen_in"] = .integer(effect.pairs + further) }
        }
        return .object(members)
    }

    static func json(_ effect: CircuitEffect) -> JSONValue {
        .object(
            JSONObject([
                ("pairs", .integer(effect.pairs)), ("changed", .integer(effect.changed)),
                ("changed_at_end", .integer(effect.changedAtEnd)), ("fraction", .real(effect.fraction)),
                ("size", .real(effect.size)),
            ]))
    }
}
