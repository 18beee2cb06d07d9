/// How a console shows values: the reference implementation's layout, which existing transcripts rely on.
struct ValueDisplay {
    /// The most values that are printed of a list or dictionary, nested ones included.
    static let largestShown = 10_000

    var nodeNames: [GraphNode: String] = [:]

    /// A value inside a message or list, on one line. Strings are whole, as the reference prints them, whatever their
    /// length.
    func inline(_ value: Value) -> String {
        if value.weight > Self.largestShown { return "(\(value.kindName))" }
        return switch value {
        case .atom(.string(let text)): "\"\(text)\""
        case .atom(let atom): atom.description
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
        expression(node, depth: 0)
    }

    private func expression(_ node: GraphNode, depth: Int) -> String {
        if let name = nodeNames[node] { return name }
        guard depth < 8 else { return "s-op" }
        func part(_ node: GraphNode) -> String { expression(node, depth: depth + 1) }
        let full = composed(node, part)
        return full.unicodeScalars.count > 30 ? "s-op" : full
    }

    private func composed(_ node: GraphNode, _ part: (GraphNode) -> String) -> String {
        switch node {
        case .sop(let sop):
            switch sop.operation {
            case .tokens(let conversion): return conversion.rawValue
            case .indices: return "indices"
            case .constant(let atom): return atom.described
            case .elementwise(let function, let inputs):
                if inputs.count == 2 {
                    let close = ["and", "or"].contains(function.name) ? ")" : " )"
                    return "( \(part(.sop(inputs[0]))) \(function.name) \(part(.sop(inputs[1])))\(close)"
                }
                if inputs.count == 1, function.name == "indicator" { return "I(\(part(.sop(inputs[0]))))" }
                if inputs.count == 1 { return "( \(function.name) \(part(.sop(inputs[0]))) )" }
                return "\(function.name)(\(inputs.map { part(.sop($0)) }.joined(separator: ", ")))"
            case .aggregate, .selectorWidth: return "s-op"
            }
        // What the reference calls every unnamed one.
        case .selector: return "plain select"
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

    /// A matrix as text: a header of input items, then a row for every query position.
    static func matrix(_ matrix: SelectionMatrix, _ input: [Atom]) -> String {
        var lines = ["\t\t\t     " + input.map(\.description).joined(separator: " ")]
        for row in 0..<matrix.size {
            let cells = (0..<matrix.size).map { matrix[row, $0] ? "1" : " " }
            lines.append("\t\t\t \(input[row].description) | \(cells.joined(separator: " "))")
        }
        return lines.joined(separator: "\n ")
    }

    /// Two aligned lines, with the input above the output.
    static func aligned(_ input: [Atom], _ output: [Atom?]) -> String {
        // Boolean results leave false blank, which reads better, unless the input is boolean itself.
        let isBoolean = SequenceKind.of(input) == .bools
        let above = input.map { isBoolean ? $0.displayed : $0.description }
        let areBooleans = SequenceKind.of(output) == .bools
        let below = output.map { atom -> String in
            guard let atom else { return "undefined" }
            return areBooleans ? (isBoolean || atom.isTruthy ? atom.displayed : " ") : atom.description
        }
        let width = (above + below).map(\.unicodeScalars.count).max() ?? 1
        func line(_ items: [String], _ kind: SequenceKind?) -> String {
            let padded = items.map { String(repeating: " ", count: width - $0.unicodeScalars.count) + $0 }
            return "\(padded.joined(separator: " ")) \t (\(kind?.rawValue ?? "mixed"))"
        }
        return "\t\tinput:   \(line(above, .strings))\n \t\toutput:  \(line(below, SequenceKind.of(output)))"
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
