import RASP

/// How an MLP computes a table, decided by the number of hidden units it takes.
struct LookupPlan {
    enum Construction {
        /// `ReLU(sum of m indicators - (m - 1))` for each leaf.
        case cases(DecisionTree)
        /// Steps along one scalar axis. The tree is over the other axes; its leaves number the rows of outputs, one for each class of
        /// the scalar axis.
        case thresholds(scalarAxis: Int, DecisionTree, rows: [[Int]])
        /// The output depends on a weighted sum only: steps along that sum. `codes[axis][class]`.
        case additive(codes: [[Double]])
        /// The output is that sum (plus `offset`): `relu(z - least) + least + offset`.
        case linear(codes: [[Double]], least: Double, offset: Double)
    }

    let construction: Construction
    /// Written wherever no unit says otherwise; nil: nothing is.
    let defaultOutput: Int?
    let unitCount: Int

    init(_ table: ValueTable, _ variables: [CompilerVariable], isScalar: Bool) {
        var best: (construction: Construction, defaultOutput: Int?, count: Int)?
        func consider(_ candidate: (construction: Construction, defaultOutput: Int?, count: Int)?) {
            if let candidate, best.map({ candidate.count < $0.count }) ?? true { best = candidate }
        }
        let scalarAxes = table.axes.indices.filter { !variables[table.axes[$0].variable].isOneHot }
        if isScalar { consider(Self.linear(table, variables)) }
        if scalarAxes.isEmpty {
            consider(Self.cases(table, isScalar: isScalar))
        } else if scalarAxes.count == 1 {
            consider(Self.thresholds(table, scalarAxes[0], variables))
        }
        if table.axes.count > 1 || !scalarAxes.isEmpty { consider(Self.additive(table, variables)) }
        let chosen = best ?? (.cases(.leaf(0)), nil, Int.max)
        construction = chosen.construction
        defaultOutput = chosen.defaultOutput
        unitCount = chosen.count
    }

    /// Hidden units when every axis is one-hot.
    static func caseCount(_ table: ValueTable) -> Int { cases(table, isScalar: false).count }

    private static func cases(
        _ table: ValueTable, isScalar: Bool
    ) -> (construction: Construction, defaultOutput: Int?, count: Int) {
        let tree = DecisionTree(sizes: table.axes.map(\.classCount), outputs: table.function.outputs)
        var leaves = [Int](repeating: 0, count: table.values.count)
        tree.forEachLeaf { _, output in leaves[output] += 1 }
        // Writing nothing is free: undefined in a one-hot, zero in a scalar.
        let silent = table.values.indices.filter { isScalar ? table.values[$0]?.doubleValue == 0 : table.values[$0] == nil }
        for output in silent { leaves[output] = 0 }
        let total = leaves.reduce(0, +)
        guard silent.isEmpty, let most = leaves.max(), most > 1 else { return (.cases(tree), nil, total) }
        return (.cases(tree), leaves.firstIndex(of: most), total - most + 1)
    }

    private static func thresholds(
        _ table: ValueTable, _ axis: Int, _ variables: [CompilerVariable]
    ) -> (construction: Construction, defaultOutput: Int?, count: Int) {
        let variable = variables[table.axes[axis].variable]
        let (sizes, numbers, rows) = rows(table, along: axis)
        let tree = DecisionTree(sizes: sizes, outputs: numbers)
        let order = variable.scalarOrder
        var count = 0
        var starts = [Int](repeating: 0, count: table.values.count)
        tree.forEachLeaf { _, row in
            let outputs = order.map { rows[row][table.axes[axis].classOf[$0]] }
            starts[outputs[0]] += 1
            count += 2 * zip(outputs, outputs.dropFirst()).count { $0 != $1 } + (variable.flagged == nil ? 0 : 1)
        }
        let total = starts.reduce(0, +)
        let most = starts.max() ?? 0
        let defaultOutput = most > 1 ? starts.firstIndex(of: most) : nil
        return (.thresholds(scalarAxis: axis, tree, rows: rows), defaultOutput, count + (most > 1 ? total - most + 1 : total))
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

extension CompilerVariable {
    /// Its values in ascending order of the scalar that stands for them, the flagged one left out.
    var scalarOrder: [Int] {
        scalars.indices.filter { $0 != flagged }.sorted { scalars[$0] < scalars[$1] }
    }

    /// The flagged value, one step function's argument: the value whose scalar is nearest.
    var stand: Int? {
        guard let flagged else { return nil }
        return scalarOrder.min { abs(scalars[$0] - scalars[flagged]) < abs(scalars[$1] - scalars[flagged]) }
    }
}
