import RASP

/// The loops of a program, and which parts of its graph lie before, in and behind them.
///
/// The graph has all loops unrolled. Walks through it stop at the last values of a loop's names, and go on with what one
/// round makes of the values before it.
struct LoopGraph {
    struct Place: Hashable {
        let loop: Int
        let state: Int
    }

    let loops: [Repetition]
    /// The nodes that stand for values before a round.
    private let starts: [SOp: Place]
    /// The nodes of the program that are values after the last round.
    private let ends: [SOp: Place]
    /// The nodes of unrolled rounds that are none of these.
    private let interior: Set<GraphNode>
    /// The states that something needed depends on.
    private(set) var needed: Set<Place> = []
    /// The s-ops that everything needed can be reached from.
    private(set) var roots: [SOp] = []

    /// - Parameter targets: what is kept under a name, the output first. What is inside of a loop is left out.
    /// - Throws: where rounds of a loop cannot be the same layers.
    init(_ program: Program, targets: [SOp]) throws {
        loops = program.repetitions
        guard !loops.isEmpty else {
            throw RASPError(
                .value, "'\(program.name)' has no loop whose rounds could share their weights",
                notes: ["write its rounds as loop n { ... }, or compile without --tied"])
        }
        for loop in loops { if let refusal = loop.refusal { throw refusal } }
        var starts: [SOp: Place] = [:]
        var ends: [SOp: Place] = [:]
        var interior: Set<GraphNode> = []
        for (number, loop) in loops.enumerated() {
            for (index, state) in loop.states.enumerated() {
                starts[state.previous] = Place(loop: number, state: index)
            }
            let outside = Set(
                Self.order(from: loop.states.flatMap { [$0.next] + [$0.initial].compactMap { $0 } }) { sop in
                    starts[sop] != nil || ends[sop] != nil
                })
            for (index, state) in loop.states.enumerated() {
                guard let last = state.last, !outside.contains(.sop(last)), ends[last] == nil else { continue }
                ends[last] = Place(loop: number, state: index)
            }
            interior.formUnion(Self.interior(of: loop, outside))
        }
        self.starts = starts
        self.ends = ends
        self.interior = interior.filter { node in
            if case .sop(let sop) = node { ends[sop] == nil } else { true }
        }
        guard let output = targets.first, !self.interior.contains(.sop(output)) else {
            throw Self.fromInside(program.output.span)
        }
        let kept = targets.filter { !self.interior.contains(.sop($0)) }
        try find(from: kept)
    }

    /// What is computed in the rounds of a loop as it is unrolled.
    private static func interior(of loop: Repetition, _ outside: Set<GraphNode>) -> Set<GraphNode> {
        var found: Set<GraphNode> = []
        var pending = loop.states.compactMap { $0.last.map(GraphNode.sop) }
        while let node = pending.popLast() {
            guard !outside.contains(node), found.insert(node).inserted else { continue }
            pending += node.children
        }
        return found
    }

    private mutating func find(from targets: [SOp]) throws {
        roots = targets
        var visited: Set<GraphNode> = []
        var pending = targets
        while let root = pending.popLast() {
            let found = Self.order(from: [root]) { starts[$0] != nil || ends[$0] != nil }
            for node in found where visited.insert(node).inserted {
                if case .sop(let sop) = node, let place = starts[sop] ?? ends[sop] {
                    guard needed.insert(place).inserted else { continue }
                    let state = loops[place.loop].states[place.state]
                    let further = [state.next] + [state.initial].compactMap { $0 }
                    roots += further
                    pending += further
                } else if interior.contains(node) {
                    throw Self.fromInside(node.span)
                }
            }
        }
    }

    private static func fromInside(_ span: SourceSpan?) -> RASPError {
        RASPError(
            .value,
            "what follows a loop reads this value from inside of it, where rounds that share weights leave nothing",
            at: span,
            notes: [
                "assign it to a name of the loop's state, or compile without --tied"
            ])
    }

    /// All nodes that the roots reach, inputs before users; nothing is looked for behind where it stops.
    private static func order(from roots: [SOp], stop: (SOp) -> Bool) -> [GraphNode] {
        var order: [GraphNode] = []
        var visited: Set<GraphNode> = []
        var stack: [(node: GraphNode, isExpanded: Bool)] = roots.reversed().map { (.sop($0), false) }
        while let (node, isExpanded) = stack.popLast() {
            if isExpanded {
                order.append(node)
            } else if visited.insert(node).inserted {
                stack.append((node, true))
                if case .sop(let sop) = node, stop(sop) { continue }
                for child in node.children.reversed() where !visited.contains(child) { stack.append((child, false)) }
            }
        }
        return order
    }

    /// Everything that the s-ops are computed from, up to states and last values, inputs before users.
    func order(from roots: [SOp]) -> [GraphNode] {
        Self.order(from: roots) { starts[$0] != nil || ends[$0] != nil }
    }

    /// Whether the node is a value before a round or after the last one, where walks stop.
    func isBoundary(_ sop: SOp) -> Bool { starts[sop] != nil || ends[sop] != nil }

    /// The needed states of a loop.
    func states(of loop: Int) -> [Repetition.State] {
        loops[loop].states.indices.filter { needed.contains(Place(loop: loop, state: $0)) }.map {
            loops[loop].states[$0]
        }
    }

    /// The s-op that a state is after the last round; nil where it is another state's as well, or was there before.
    func end(_ loop: Int, _ state: Repetition.State) -> SOp? {
        guard let last = state.last, let place = ends[last], place.loop == loop,
            loops[loop].states[place.state].previous === state.previous
        else { return nil }
        return last
    }
}
