/// How a console shows values: the reference implementation's layout, which existing transcripts rely on.
struct ValueDisplay {
    var nodeNames: [GraphNode: String] = [:]

    /// A value inside a message or list, on one line.
    func inline(_ value: Value) -> String {
        switch value {
        case .atom(let atom): atom.described
        case .list(let list): "[" + list.items.map(literal).joined(separator: ", ") + "]"
        case .dict(let dict):
            "{" + dict.entries.map { "\($0.key.quoted): \(literal($0.value))" }.joined(separator: ", ") + "}"
        case .sop(let sop): name(of: .sop(sop))
        case .selector(let selector): name(of: .selector(selector))
        case .function(let function): "\(function.name)(\(function.parameters.joined(separator: ", ")))"
        case .applied(let applied): "[" + applied.items.map(literal).joined(separator: ", ") + "]"
        }
    }

    private func literal(_ value: Value) -> String {
        if case .atom(let atom) = value { atom.quoted } else { inline(value) }
    }

    /// The name last given to a node, else its expression; long ones are cut to a generic word.
    func name(of node: GraphNode) -> String {
        if let name = nodeNames[node] { return name }
        switch node {
        case .selector(let selector):
            if case .select = selector.operation { return "plain select" }
            return "compound select"
        case .sop:
            let full = expression(node, depth: 0)
            return full.count > 30 ? "s-op" : full
        }
    }

    private func expression(_ node: GraphNode, depth: Int) -> String {
        if let name = nodeNames[node] { return name }
        guard depth < 6 else { return "..." }
        func part(_ node: GraphNode) -> String { expression(node, depth: depth + 1) }
        switch node {
        case .sop(let sop):
            switch sop.operation {
            case .tokens(let conversion): return conversion.rawValue
            case .indices: return "indices"
            case .constant(let atom): return atom.described
            case .elementwise(let function, let inputs):
                if inputs.count == 2 { return "( \(part(.sop(inputs[0]))) \(function.name) \(part(.sop(inputs[1]))) )" }
                return "\(function.name)(\(inputs.map { part(.sop($0)) }.joined(separator: ", ")))"
            case .aggregate(let selector, let values, _, _):
                return "aggregate(\(part(.selector(selector))), \(part(.sop(values))))"
            case .selectorWidth(let selector): return "selector_width(\(part(.selector(selector))))"
            }
        case .selector(let selector):
            switch selector.operation {
            case .select(let keys, let queries, let predicate):
                return "select(\(part(.sop(keys))), \(part(.sop(queries))), \(predicate.name))"
            case .constant(let value): return value ? "select(1, 1, ==)" : "select(1, 1, !=)"
            case .and(let a, let b): return "\(part(.selector(a))) and \(part(.selector(b)))"
            case .or(let a, let b): return "\(part(.selector(a))) or \(part(.selector(b)))"
            case .not(let a): return "not \(part(.selector(a)))"
            }
        }
    }

    /// `[h, e, l, l, o] (strings)`; equal values are counted instead of repeated.
    static func sequence(_ values: [Atom?]) -> String {
        let kind = SequenceKind.of(values)?.rawValue ?? "mixed"
        return "\(list(values)) (\(kind))"
    }

    static func list(_ values: [Atom?]) -> String {
        func text(_ atom: Atom?) -> String { atom?.displayed ?? "undefined" }
        if let first = values.first, values.count > 1, values.allSatisfy({ $0 == first }) {
            return "[\(text(first))]*\(values.count)"
        }
        return "[" + values.map(text).joined(separator: ", ") + "]"
    }

    /// Header of input items, then a row for every query position.
    static func matrix(_ matrix: SelectionMatrix, _ input: [Atom]) -> String {
        var lines = ["\t\t\t     " + input.map(\.displayed).joined(separator: " ")]
        for row in 0..<matrix.size {
            let cells = (0..<matrix.size).map { matrix[row, $0] ? "1" : " " }
            lines.append("\t\t\t \(input[row].displayed) | \(cells.joined(separator: " "))")
        }
        return lines.joined(separator: "\n ")
    }

    /// Two aligned lines, input over output.
    static func aligned(_ input: [Atom], _ output: [Atom?]) -> String {
        let above = input.map(\.description)
        let below = output.map { $0.map { if case .bool = $0 { $0.displayed } else { $0.description } } ?? "undefined" }
        let width = (above + below).map(\.unicodeScalars.count).max() ?? 1
        func line(_ items: [String], _ kind: SequenceKind?) -> String {
            let padded = items.map { String(repeating: " ", count: width - $0.unicodeScalars.count) + $0 }
            return "\(padded.joined(separator: " ")) \t (\(kind?.rawValue ?? "mixed"))"
        }
        return "\t\tinput:   \(line(above, SequenceKind.of(input)))\n \t\toutput:  \(line(below, SequenceKind.of(output)))"
    }
}

extension Evaluating {
    var display: ValueDisplay { ValueDisplay(nodeNames: Library.nodeNames.merging(nodeNames) { $1 }) }
}

extension Library {
    /// What lists and messages call the nodes every program starts with.
    static let nodeNames: [GraphNode: String] = {
        var names: [GraphNode: String] = [:]
        for (name, value) in scope.variables {
            switch value {
            case .sop(let sop): names[.sop(sop)] = name
            case .selector(let selector): names[.selector(selector)] = name
            default: continue
            }
        }
        if case .sop(let tokens)? = scope.variables["tokens"] { names[.sop(tokens)] = "tokens" }
        return names
    }()
}
