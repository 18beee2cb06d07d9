import RASP

/// How an MLP computes a table, decided by what the weights cost.
package struct LookupPlan {
    package enum Construction {
        /// `ReLU(sum of m indicators - (m - 1))` for each leaf.
        case cases(DecisionTree)
        /// Steps along one scalar axis. The tree is over the other axes; its leaves number the rows of outputs, one for
        /// each class of the scalar axis.
        case thresholds(scalarAxis: Int, DecisionTree, rows: [[Int]])
        /// The output depends on a sum of numbers only: steps along that sum.
        case additive(AdditiveSteps)
        /// The output is a sum (plus `offset`): `relu(z - least) + least + offset`. `codes[axis][class]`.
        case linear(codes: [[Double]], least: Double, offset: Double)
        /// The output is a number that runs along few straight lines of the only axis, a scalar.
        case piecewise(PiecewiseLine)
        /// The output is a sum of scalars, another one in each case of the other axes. The tree's leaves number the
        /// rows.
        case gated(DecisionTree, rows: [GatedSum])
    }

    struct Candidate {
        var construction: Construction
        /// The output that is written wherever no unit writes another one; nil where nothing is written there.
        var defaultOutput: Int?
        var unitCount: Int
        /// About how many weights and biases are not zero.
        var nonzeros: Int
    }

    private let chosen: Candidate
    package var construction: Construction { chosen.construction }
    package var defaultOutput: Int? { chosen.defaultOutput }
    var unitCount: Int { chosen.unitCount }
    var nonzeros: Int { chosen.nonzeros }
    /// Whether one MLP can compute the table at all; not so where several scalars have to be told apart.
    package let isPossible: Bool

    var isContinuous: Bool {
        switch construction {
        case .linear, .piecewise, .gated: isPossible
        case .cases, .thresholds, .additive: false
        }
    }

    /// - Parameter trees: decision trees that were built before.
    package init(
        _ table: ValueTable, _ variables: PerVariable<CompilerVariable>, isScalar: Bool,
        trees: DecisionTrees = DecisionTrees()
    ) {
        var best: Candidate?
        func consider(_ candidate: Candidate?) {
            guard let candidate else { return }
            if let known = best, (known.nonzeros, known.unitCount) <= (candidate.nonzeros, candidate.unitCount) {
                return
            }
            best = candidate
        }
        let scalarAxes = table.axes.indices.filter { !variables[table.axes[$0].variable].isOneHot }
        if isScalar {
            consider(Self.linear(table, variables))
            consider(Self.piecewise(table, variables))
            consider(Self.gated(table, variables, trees))
        }
        if scalarAxes.isEmpty {
            consider(Self.cases(table, variables, isScalar: isScalar, trees))
        } else if scalarAxes.count == 1 {
            consider(Self.thresholds(table, scalarAxes[0], variables, trees))
        }
        if table.axes.count > 1 || !scalarAxes.isEmpty { consider(Self.additive(table, variables)) }
        isPossible = best != nil
        chosen =
            best ?? Candidate(construction: .cases(.leaf(0)), defaultOutput: nil, unitCount: Int.max, nonzeros: Int.max)
    }

    private static func cases(
        _ table: ValueTable, _ variables: PerVariable<CompilerVariable>, isScalar: Bool, _ trees: DecisionTrees
    ) -> Candidate {
        let tree = trees.tree(sizes: table.axes.map(\.classCount), outputs: table.function.outputs)
        var leaves = [Int](repeating: 0, count: table.values.count)
        var reads = [Int](repeating: 0, count: table.values.count)
        let sizes = ReadSizes(table.axes, variables)
        tree.forEachLeaf { conditions, output in
            leaves[output] += 1
            reads[output] += conditions.reduce(1) { $0 + sizes.reads($1) }
        }
        // Writing nothing costs nothing. It stands for undefined in a one-hot and for zero in a scalar.
        let silent = table.values.indices.filter {
            isScalar ? table.values[$0]?.doubleValue == 0 : table.values[$0] == nil
        }
        for output in silent { (leaves[output], reads[output]) = (0, 0) }
        let units = leaves.reduce(0, +)
        let plain = Candidate(
            construction: .cases(tree), defaultOutput: nil, unitCount: units, nonzeros: reads.reduce(units, +))
        guard silent.isEmpty, let most = reads.max(), let output = reads.firstIndex(of: most), leaves[output] > 1 else {
            return plain
        }
        let rest = units - leaves[output]
        // One unit writes the default everywhere; each of the others subtracts it as it writes its own output.
        let withDefault = Candidate(
            construction: .cases(tree), defaultOutput: output, unitCount: rest + 1,
            nonzeros: plain.nonzeros - most - leaves[output] + (isScalar ? 0 : rest) + 2)
        return withDefault.nonzeros < plain.nonzeros ? withDefault : plain
    }

    /// nil where the table tells apart what the scalar does not.
    private static func thresholds(
        _ table: ValueTable, _ axis: Int, _ variables: PerVariable<CompilerVariable>, _ trees: DecisionTrees
    ) -> Candidate? {
        let variable = variables[table.axes[axis].variable]
        guard variable.resolves(table.axes[axis]) else { return nil }
        let (sizes, numbers, rows) = rows(table, along: axis)
        let tree = trees.tree(sizes: sizes, outputs: numbers)
        let order = variable.scalarOrder
        let classes = order.map { table.axes[axis].classOf[$0] }
        var others = table.axes
        others.remove(at: axis)
        let gates = ReadSizes(others, variables)
        var (units, nonzeros) = (0, 0)
        var starts = [Int](repeating: 0, count: table.values.count)
        tree.forEachLeaf { conditions, row in
            let outputs = classes.map { rows[row][$0] }
            starts[outputs[0]] += 1
            let gate = conditions.reduce(0) { $0 + gates.reads($1) }
            let steps = 2 * zip(outputs, outputs.dropFirst()).count { $0 != $1 } + (variable.flagged == nil ? 0 : 1)
            units += steps
            nonzeros += steps * (gate + 4) + gate + 2
        }
        let total = starts.reduce(0, +)
        let most = starts.max() ?? 0
        return Candidate(
            construction: .thresholds(scalarAxis: axis, tree, rows: rows),
            defaultOutput: most > 1 ? starts.firstIndex(of: most) : nil,
            unitCount: units + (most > 1 ? total - most + 1 : total), nonzeros: nonzeros)
    }

    /// The distinct rows of outputs along one axis, and which of them each combination of the other axes has.
    private static func rows(_ table: ValueTable, along axis: Int) -> (sizes: [Int], numbers: [Int], rows: [[Int]]) {
        let sizes = table.axes.indices.filter { $0 != axis }.map { table.axes[$0].classCount }
        var slices = [[Int]](repeating: [], count: sizes.reduce(1, *))
        table.function.forEachEntry { digits, output in
            var index = 0
            for (position, digit) in digits.enumerated() where position != axis {
                index = index * table.axes[position].classCount + digit
            }
            slices[index].append(output)
        }
        var known: [[Int]: Int] = [:]
        var rows: [[Int]] = []
        let numbers = slices.map { slice in
            if let number = known[slice] { return number }
            known[slice] = rows.count
            rows.append(slice)
            return rows.count - 1
        }
        return (sizes, numbers, rows)
    }
}

/// How many directions it takes to see that an axis is in some of its classes.
struct ReadSizes {
    /// `values[axis][class]`: values in the class.
    private let values: [[Int]]
    private let totals: [Int]

    init(_ axes: [Axis], _ variables: PerVariable<CompilerVariable>) {
        values = axes.map { axis in
            var counts = [Int](repeating: 0, count: axis.classCount)
            for index in axis.classOf { counts[index] += 1 }
            return counts
        }
        totals = axes.map { variables[$0.variable].values.count }
    }

    /// Those values' directions, or everything but the others' (`Reader.indicator`).
    func reads(_ condition: (axis: Int, classes: [Int])) -> Int {
        let count = condition.classes.reduce(0) { $0 + values[condition.axis][$1] }
        return min(count, totals[condition.axis] - count + 2)
    }
}

extension CompilerVariable {
    /// Its values in ascending order of the scalar that stands for them, the flagged one left out.
    package var scalarOrder: [Int] {
        scalars.indices.filter { $0 != flagged }.sorted { scalars[$0] < scalars[$1] }
    }

    /// The value whose scalar is nearest to that of the flagged one. Steps along the scalar take the flagged value for
    /// this one, and a unit that reads the flag corrects what they write.
    package var stand: Int? {
        guard let flagged else { return nil }
        return scalarOrder.min { abs(scalars[$0] - scalars[flagged]) < abs(scalars[$1] - scalars[flagged]) }
    }
}
