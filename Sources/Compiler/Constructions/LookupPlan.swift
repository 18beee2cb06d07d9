import RASP

/// How an MLP computes a table, decided by the number of hidden units it takes.
struct LookupPlan {
    enum Construction {
        /// `ReLU(sum of indicators - (m - 1))` for each combination of classes, those along one axis that share an
        /// output together.
        case product(groupedAxis: Int)
        /// Steps along one scalar axis, for each combination of the other axes' classes.
        case thresholds(scalarAxis: Int)
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
            for axis in table.axes.indices { consider(Self.product(table, axis, isScalar: isScalar)) }
            if table.axes.isEmpty { consider((.product(groupedAxis: 0), nil, 1)) }
        } else if scalarAxes.count == 1 {
            consider(Self.thresholds(table, scalarAxes[0], variables))
        }
        if table.axes.count > 1 || !scalarAxes.isEmpty { consider(Self.additive(table, variables)) }
        let chosen = best ?? (.product(groupedAxis: 0), nil, table.function.outputs.count)
        construction = chosen.construction
        defaultOutput = chosen.defaultOutput
        unitCount = chosen.count
    }

    /// The outputs along one axis, for each combination of the other axes' classes.
    static func rows(_ table: ValueTable, along axis: Int) -> [(others: [Int], outputs: [Int])] {
        var rows: [(others: [Int], outputs: [Int])] = []
        var numbers: [[Int]: Int] = [:]
        table.function.forEachEntry { digits, output in
            var others = digits
            others[axis] = 0
            if let number = numbers[others] {
                rows[number].outputs.append(output)
            } else {
                numbers[others] = rows.count
                rows.append((others, [output]))
            }
        }
        return rows
    }

    private static func product(
        _ table: ValueTable, _ axis: Int, isScalar: Bool
    ) -> (construction: Construction, defaultOutput: Int?, count: Int) {
        var groups = [Int](repeating: 0, count: table.values.count)
        for row in rows(table, along: axis) { for output in Set(row.outputs) { groups[output] += 1 } }
        // Writing nothing is free: undefined in a one-hot, zero in a scalar.
        let silent = table.values.indices.filter { isScalar ? table.values[$0]?.doubleValue == 0 : table.values[$0] == nil }
        for output in silent { groups[output] = 0 }
        let total = groups.reduce(0, +)
        guard silent.isEmpty, let most = groups.max(), most > 1 else { return (.product(groupedAxis: axis), nil, total) }
        return (.product(groupedAxis: axis), groups.firstIndex(of: most), total - most + 1)
    }

    private static func thresholds(
        _ table: ValueTable, _ axis: Int, _ variables: [CompilerVariable]
    ) -> (construction: Construction, defaultOutput: Int?, count: Int) {
        let variable = variables[table.axes[axis].variable]
        let order = variable.scalarOrder
        var count = 0
        var starts = [Int](repeating: 0, count: table.values.count)
        for row in rows(table, along: axis) {
            let outputs = order.map { row.outputs[table.axes[axis].classOf[$0]] }
            starts[outputs[0]] += 1
            count += 2 * zip(outputs, outputs.dropFirst()).count { $0 != $1 } + (variable.flagged == nil ? 0 : 1)
        }
        let total = starts.reduce(0, +)
        let most = starts.max() ?? 0
        return (.thresholds(scalarAxis: axis), most > 1 ? starts.firstIndex(of: most) : nil, count + (most > 1 ? total - most + 1 : total))
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
