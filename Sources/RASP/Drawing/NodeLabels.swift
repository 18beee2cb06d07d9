/// What a picture calls the nodes of a graph: by name, else by the source text that builds them, else by what they do.
struct NodeLabels {
    let names: [GraphNode: String]
    /// Source texts that several heads of the picture were built from, as a loop or a function of the library builds
    /// them: they would not tell these heads apart.
    private let shared: Set<String>

    /// - Parameter heads: the selectors of the picture's heads, each once.
    init(names: [GraphNode: String], heads: [Selector]) {
        self.names = names
        var counts: [String: Int] = [:]
        for head in heads where Library.nodeNames[.selector(head)] == nil {
            if let text = Self.source(of: head.span) { counts[text, default: 0] += 1 }
        }
        shared = Set(counts.filter { $0.value > 1 }.keys)
    }

    func label(_ sop: SOp) -> String { label(sop, depth: 0) }

    private func label(_ sop: SOp, depth: Int) -> String {
        if let name = names[.sop(sop)] ?? Library.nodeNames[.sop(sop)] { return name }
        switch sop.operation {
        case .tokens(let conversion): return conversion.rawValue
        case .indices: return "indices"
        case .constant(let atom): return atom.described
        // The title of the head and the values beside it say the rest.
        case .aggregate(_, _, _, .mean): return "aggregate"
        case .aggregate(_, _, _, .sum): return "sum"
        case .aggregate(_, _, _, .pick(let occurrence)): return "pick \(occurrence.rawValue)"
        case .selectorWidth: return "selector_width"
        case .elementwise(let function, let inputs):
            if let text = text(of: sop.span) { return text.clipped(to: 44) }
            // A node that was built in Swift, or by the library, has no source text of its own.
            guard !inputs.isEmpty else { return function.name }
            let parts = depth < 3 ? inputs.map { label($0, depth: depth + 1) } : ["…"]
            return "\(function.name)(\(parts.joined(separator: ", ")))".clipped(to: 44)
        }
    }

    /// `name = expression`, or either of them.
    func label(_ selector: Selector) -> String {
        let expression = label(selector, depth: 0)
        guard let name = names[.selector(selector)] else { return expression }
        return expression == name ? name : "\(name) = \(expression)"
    }

    private func label(_ selector: Selector, depth: Int) -> String {
        if let name = Library.nodeNames[.selector(selector)] { return name }
        if let text = text(of: selector.span) { return text }
        guard depth < 4 else { return "…" }
        func part(_ selector: Selector) -> String {
            let text = label(selector, depth: depth + 1)
            if case .and = selector.operation { return "(\(text))" }
            if case .or = selector.operation { return "(\(text))" }
            return text
        }
        switch selector.operation {
        case .select(let keys, let queries, let predicate):
            return "select(\(label(keys)), \(label(queries)), \(predicate.name))"
        case .constant(let value): return value ? "all positions" : "no position"
        case .and(let a, let b): return "\(part(a)) and \(part(b))"
        case .or(let a, let b): return "\(part(a)) or \(part(b))"
        case .not(let a): return "not \(part(a))"
        }
    }

    /// The source text, where it says which node is meant.
    private func text(of span: SourceSpan?) -> String? {
        guard let text = Self.source(of: span), !shared.contains(text) else { return nil }
        return text
    }

    /// The source text on one line; nil for what the library is built from, since the call that the user wrote says it.
    private static func source(of span: SourceSpan?) -> String? {
        guard let span, !Library.isLibrary(span.file) else { return nil }
        let text = span.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty ? nil : text.clipped(to: 120)
    }
}

extension String {
    func clipped(to length: Int) -> String { count > length ? prefix(length - 1) + "…" : self }

    /// Lines of at most `length` characters, as far as there are places to break at: before `and` and `or`, and in what
    /// is still too long after commas.
    func wrapped(to length: Int) -> [String] {
        var parts: [String] = []
        for word in split(separator: " ") {
            if let last = parts.last, word != "and", word != "or" {
                parts[parts.count - 1] = last + " " + word
            } else {
                parts.append(String(word))
            }
        }
        let pieces = parts.flatMap { part in
            part.count <= length ? [part] : part.replacing(", ", with: ",\n").split(separator: "\n").map(String.init)
        }
        return pieces.reduce(into: []) { lines, piece in
            if let last = lines.last, last.count + 1 + piece.count <= length {
                lines[lines.count - 1] = last + " " + piece
            } else {
                lines.append(piece)
            }
        }
    }
}
