/// Layers and heads that a program needs, by the reference implementation's scheduling rule.
///
/// Primitives and constants lie at depth 0, an elementwise node at its deepest input (feed-forward is free), a selector
/// one above its keys and queries, an aggregate at the greater of its selector's depth and one above its values. A
/// layer's heads are the distinct selectors used in it; textually equal ones are not merged.
public struct LayerReport: Sendable, Equatable {
    /// Heads in layers 1, 2, ...
    public let headsPerLayer: [Int]
    public var layers: Int { headsPerLayer.count }

    public init(_ sop: SOp) {
        var depths: [GraphNode: Int] = [:]
        var used: [Int: Set<Head>] = [:]
        for node in topologicalOrder(of: [.sop(sop)]) {
            let depth = Self.depth(of: node, depths)
            depths[node] = depth
            guard case .sop(let sop) = node else { continue }
            for head in Self.heads(of: sop) { used[depth, default: []].insert(head) }
        }
        headsPerLayer = (1..<((used.keys.max() ?? 0) + 1)).map { used[$0]?.count ?? 0 }
    }

    /// The layer each node of the graph is computed in (0: before the first attention).
    public static func depths(below roots: [SOp]) -> [GraphNode: Int] {
        var depths: [GraphNode: Int] = [:]
        for node in topologicalOrder(of: roots.map(GraphNode.sop)) { depths[node] = depth(of: node, depths) }
        return depths
    }

    private static func depth(of node: GraphNode, _ depths: [GraphNode: Int]) -> Int {
        func below(_ child: GraphNode) -> Int { depths[child] ?? 0 }
        switch node {
        case .sop(let sop):
            switch sop.operation {
            case .tokens, .indices, .constant: return 0
            case .elementwise(_, let inputs): return inputs.map { below(.sop($0)) }.max() ?? 0
            case .aggregate(let selector, let values, _, _):
                return max(below(.selector(selector)), 1 + below(.sop(values)))
            case .selectorWidth(let selector): return below(.selector(selector))
            }
        case .selector(let selector):
            let inputs = selector.children.map(below).max() ?? 0
            switch selector.operation {
            case .select, .constant: return 1 + inputs
            case .and, .or, .not: return inputs
            }
        }
    }

    private enum Head: Hashable {
        case selector(Selector)
        /// Of what the selector selects, one position.
        case picking(Selector, Occurrence)
        /// A width needs two heads: one attends to what the selector selects and to position 0 as an anchor
        /// (`anchored`), the other asks whether the selector selects position 0 itself (`anchor`).
        case anchored(SOp)
        case anchor(SOp)
        /// Full attention, which counts occurrences as the mean of an indicator.
        case full
    }

    private static func heads(of sop: SOp) -> [Head] {
        switch sop.operation {
        case .aggregate(let selector, _, _, .pick(let occurrence)): return [.picking(selector, occurrence)]
        case .aggregate(let selector, _, _, _): return [.selector(selector)]
        case .selectorWidth(let selector):
            switch selector.operation {
            case .constant: return [.full]
            case .select(_, let queries, let predicate) where predicate.comparison == .equal:
                // This is how the library counts. Every row selects the same positions, so one mean over all of them
                // will do.
                if case .constant(.bool(true)) = queries.operation { return [.full] }
            default: break
            }
            return [.anchored(sop), .anchor(sop)]
        default: return []
        }
    }
}
