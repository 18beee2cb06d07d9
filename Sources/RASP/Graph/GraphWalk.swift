/// Either kind of node, for walks over a whole program.
public enum GraphNode: Hashable, Sendable {
    case sop(SOp)
    case selector(Selector)

    public var children: [GraphNode] {
        switch self {
        case .sop(let sop): sop.children
        case .selector(let selector): selector.children
        }
    }

    /// The s-op; nil for a selector.
    var sop: SOp? { if case .sop(let sop) = self { sop } else { nil } }

    public var span: SourceSpan? {
        switch self {
        case .sop(let sop): sop.span
        case .selector(let selector): selector.span
        }
    }
}

extension SOp {
    /// The nodes that this one is computed from.
    public var children: [GraphNode] {
        switch operation {
        case .tokens, .indices, .constant: []
        case .elementwise(_, let inputs): inputs.map(GraphNode.sop)
        case .aggregate(let selector, let values, _, _): [.selector(selector), .sop(values)]
        case .selectorWidth(let selector): [.selector(selector)]
        }
    }
}

extension SOp {
    /// The selector of an aggregate or width.
    var usedSelector: Selector? {
        switch operation {
        case .aggregate(let selector, _, _, _), .selectorWidth(let selector): selector
        default: nil
        }
    }
}

extension SOp {
    /// Which of the selected positions a pick reads; nil for what reads all of them.
    var pickedOccurrence: Occurrence? {
        if case .aggregate(_, _, _, .pick(let occurrence)) = operation { occurrence } else { nil }
    }
}

extension Selector {
    /// The nodes that this one is computed from.
    public var children: [GraphNode] {
        switch operation {
        case .select(let keys, let queries, _): [.sop(keys), .sop(queries)]
        case .constant: []
        case .and(let a, let b), .or(let a, let b): [.selector(a), .selector(b)]
        case .not(let a): [.selector(a)]
        }
    }
}

/// All nodes that the roots reach, each once, inputs before users. Iterative: depth is bounded by memory only.
public func topologicalOrder(of roots: [GraphNode]) -> [GraphNode] {
    var order: [GraphNode] = []
    var visited: Set<GraphNode> = []
    var stack: [(node: GraphNode, isExpanded: Bool)] = roots.reversed().map { ($0, false) }
    while let (node, isExpanded) = stack.popLast() {
        if isExpanded {
            order.append(node)
        } else if visited.insert(node).inserted {
            stack.append((node, true))
            for child in node.children.reversed() where !visited.contains(child) { stack.append((child, false)) }
        }
    }
    return order
}

/// Releases a graph node by node. Left to itself, the release of the last reference to a long chain would recurse
/// once per link and overflow the stack.
struct Teardown {
    private var sops: [SOp] = []
    private var selectors: [Selector] = []

    /// Moves the inputs of a node that is going away into the queue, leaving it without any.
    mutating func take(_ operation: inout SOp.Operation) {
        switch operation {
        case .tokens, .indices, .constant: return
        case .elementwise(_, let inputs): sops += inputs
        case .aggregate(let selector, let values, _, _):
            selectors.append(selector)
            sops.append(values)
        case .selectorWidth(let selector): selectors.append(selector)
        }
        operation = .indices
    }

    mutating func take(_ operation: inout Selector.Operation) {
        switch operation {
        case .constant: return
        case .select(let keys, let queries, _): sops += [keys, queries]
        case .and(let a, let b), .or(let a, let b): selectors += [a, b]
        case .not(let a): selectors.append(a)
        }
        operation = .constant(false)
    }

    /// Drops the queued references; a node whose last one this was hands over its inputs first.
    mutating func drain() {
        while true {
            if var sop = sops.popLast() {
                if isKnownUniquelyReferenced(&sop) { take(&sop.operation) }
            } else if var selector = selectors.popLast() {
                if isKnownUniquelyReferenced(&selector) { take(&selector.operation) }
            } else {
                return
            }
        }
    }
}
