/// Trees that were built before. Attempts that differ in their fusion mostly ask for the same trees.
package final class DecisionTrees {
    private var known: [FiniteFunction<Int>: DecisionTree] = [:]

    /// - Parameters:
    ///   - sizes: classes of each axis.
    ///   - outputs: row-major over the axes.
    func tree(sizes: [Int], outputs: [Int]) -> DecisionTree {
        let axes = sizes.enumerated().map { FiniteFunction<Int>.Axis(variable: $0, valueCount: $1) }
        let function = FiniteFunction(axes: axes, outputs: outputs)
        if let tree = known[function] { return tree }
        let tree = DecisionTree(function)
        known[function] = tree
        return tree
    }
}

/// A table as nested case distinctions: each leaf is a conjunction of classes of few axes, and becomes one hidden
/// unit. Where most axes matter only sometimes ("the digit at this place"), that is far fewer than combinations.
package indirect enum DecisionTree {
    case leaf(Int)
    /// Branches by sets of the axis's classes; together all of them.
    case split(axis: Int, branches: [(classes: [Int], tree: DecisionTree)])

    fileprivate init(_ function: FiniteFunction<Int>) {
        var function = function
        function.mergeClasses()
        self = Self.build(function)
    }

    private static func build(_ function: FiniteFunction<Int>) -> DecisionTree {
        guard !function.axes.isEmpty else { return .leaf(function.outputs[0]) }
        if function.axes.count == 1 {
            return split(function, 0, (0..<function.axes[0].classCount).map { .leaf(function.outputs[$0]) })
        }
        let (position, parts) = bestSplit(function)
        return split(function, position, parts.map(build))
    }

    private static func split(_ function: FiniteFunction<Int>, _ position: Int, _ trees: [DecisionTree]) -> DecisionTree
    {
        let axis = function.axes[position]
        // Leaves of one output share a branch; other branches differ, or their classes would have been merged.
        var branches: [(classes: [Int], tree: DecisionTree)] = []
        var branchOfOutput: [Int: Int] = [:]
        for (members, tree) in zip(axis.members, trees) {
            if case .leaf(let output) = tree {
                if let known = branchOfOutput[output] {
                    branches[known].classes += members
                    continue
                }
                branchOfOutput[output] = branches.count
            }
            branches.append((members, tree))
        }
        return .split(axis: axis.variable, branches: branches)
    }

    /// The axis after which the least of the table is left to distinguish.
    private static func bestSplit(_ function: FiniteFunction<Int>) -> (position: Int, parts: [FiniteFunction<Int>]) {
        // In large tables only the smallest axis is split by: trying all would take too long.
        if function.outputs.count > 1 << 16 {
            let position =
                function.axes.indices.min { function.axes[$0].classCount < function.axes[$1].classCount } ?? 0
            return (position, restrictions(function, position) ?? [])
        }
        var best: (position: Int, parts: [FiniteFunction<Int>], cost: Int)?
        for position in function.axes.indices {
            guard let parts = restrictions(function, position, below: best?.cost ?? Int.max) else { continue }
            best = (position, parts, parts.reduce(0) { $0 + $1.outputs.count })
        }
        return best.map { ($0.position, $0.parts) } ?? (0, [])
    }

    /// The table with one axis fixed, for each of its classes; nil where these have as many entries as `limit`
    /// together.
    private static func restrictions(
        _ function: FiniteFunction<Int>, _ position: Int, below limit: Int = Int.max
    ) -> [FiniteFunction<Int>]? {
        let stride = function.axes[(position + 1)...].reduce(1) { $0 * $1.classCount }
        let block = stride * function.axes[position].classCount
        var axes = function.axes
        axes.remove(at: position)
        var parts: [FiniteFunction<Int>] = []
        var cost = 0
        for index in 0..<function.axes[position].classCount {
            var outputs: [Int] = []
            outputs.reserveCapacity(function.outputs.count / function.axes[position].classCount)
            for start in Swift.stride(from: index * stride, to: function.outputs.count, by: block) {
                outputs += function.outputs[start..<(start + stride)]
            }
            var part = FiniteFunction(axes: axes, outputs: outputs)
            part.mergeClasses()
            cost += part.outputs.count
            guard cost < limit else { return nil }
            parts.append(part)
        }
        return parts
    }

    /// Calls `body` with the conditions and the output of every leaf.
    package func forEachLeaf(
        _ conditions: [(axis: Int, classes: [Int])] = [], _ body: ([(axis: Int, classes: [Int])], Int) -> Void
    ) {
        switch self {
        case .leaf(let output): body(conditions, output)
        case .split(let axis, let branches):
            for branch in branches { branch.tree.forEachLeaf(conditions + [(axis, branch.classes)], body) }
        }
    }
}
