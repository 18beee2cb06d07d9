/// Hidden units that write a table's value into its variable's directions.
struct LookupMLP {
    let reader: Reader
    /// The half-layer of the MLP, an even number.
    let time: Int

    func write(_ table: ValueTable, into target: Int, units: inout HiddenUnits) {
        let isScalar = !reader.variables[target].isOneHot
        let plan = LookupPlan(table, reader.variables, isScalar: isScalar)
        if let output = plan.defaultOutput { units.add(everywhere, writing: reader.writing(target, output)) }
        switch plan.construction {
        case .cases(let tree): cases(table, tree, target, plan.defaultOutput, &units)
        case .thresholds(let axis, let tree, let rows): thresholds(table, axis, tree, rows, target, plan.defaultOutput, &units)
        case .additive(let codes): additive(table, codes, target, &units)
        case .linear(let codes, let least, let offset): linear(table, codes, least, offset, target, &units)
        }
    }

    /// 1 at every position but BOS.
    private var everywhere: LinearForm {
        var form = LinearForm(bias: 1)
        form.add(-1, reader.layout.bos)
        return form
    }

    /// `ReLU(x1 + ... + xm - (m - 1))` is 1 where all m indicators are.
    private func cases(
        _ table: ValueTable, _ tree: DecisionTree, _ target: Int, _ defaultOutput: Int?, _ units: inout HiddenUnits
    ) {
        let members = table.axes.map(\.members)
        tree.forEachLeaf { conditions, output in
            guard output != defaultOutput else { return }
            var form = everywhere
            if !conditions.isEmpty {
                form = conjunction(conditions, table.axes, members)
                form.bias -= Double(conditions.count - 1)
            }
            units.add(reader.silencedAtBOS(form, time: time), writing: difference(target, output, defaultOutput))
        }
    }

    /// The number of conditions that hold.
    private func conjunction(_ conditions: [(axis: Int, classes: [Int])], _ axes: [Axis], _ members: [[[Int]]]) -> LinearForm {
        var form = LinearForm()
        for condition in conditions {
            let values = condition.classes.flatMap { members[condition.axis][$0] }.sorted()
            form.add(reader.indicator(axes[condition.axis].variable, values))
        }
        return form
    }

    private func difference(_ target: Int, _ output: Int, _ other: Int?) -> LinearForm {
        var form = reader.writing(target, output)
        if let other { form.add(reader.writing(target, other), times: -1) }
        return form
    }

    /// Steps of a scalar between the values where the output changes, for each case of the other axes.
    private func thresholds(
        _ table: ValueTable, _ axis: Int, _ tree: DecisionTree, _ rows: [[Int]], _ target: Int, _ defaultOutput: Int?,
        _ units: inout HiddenUnits
    ) {
        let scalarAxis = table.axes[axis]
        let variable = reader.variables[scalarAxis.variable]
        var others = table.axes
        others.remove(at: axis)
        let members = others.map(\.members)
        let order = variable.scalarOrder
        var scalar = LinearForm()
        scalar.add(1, reader.layout.scalar(scalarAxis.variable))
        tree.forEachLeaf { conditions, row in
            let gate = conjunction(conditions, others, members)
            let count = Double(conditions.count)
            let points = order.map { (sum: variable.scalars[$0], output: rows[row][scalarAxis.classOf[$0]]) }
            steps(points, of: scalar, gate: gate, gateCount: count, target, startsAt: defaultOutput, &units)
            if let flagged = variable.flagged, let stand = variable.stand, let flag = reader.layout.flag(scalarAxis.variable) {
                var form = gate
                form.add(1, flag)
                form.bias -= count
                let (output, instead) = (rows[row][scalarAxis.classOf[flagged]], rows[row][scalarAxis.classOf[stand]])
                units.add(reader.silencedAtBOS(form, time: time), writing: difference(target, output, instead))
            }
        }
    }

    private func additive(_ table: ValueTable, _ codes: [[Double]], _ target: Int, _ units: inout HiddenUnits) {
        guard let points = LookupPlan.steps(table, codes) else { return }
        steps(points, of: sum(table, codes), gate: LinearForm(), gateCount: 0, target, startsAt: nil, &units)
    }

    private func sum(_ table: ValueTable, _ codes: [[Double]]) -> LinearForm {
        var form = LinearForm()
        for (axis, code) in zip(table.axes, codes) { form.add(reader.sum(code, axis)) }
        return form
    }

    /// A step function of a linear form, where the gate's conditions all hold.
    private func steps(
        _ points: [(sum: Double, output: Int)], of form: LinearForm, gate: LinearForm, gateCount: Double, _ target: Int,
        startsAt defaultOutput: Int?, _ units: inout HiddenUnits
    ) {
        guard let first = points.first, let last = points.last else { return }
        if first.output != defaultOutput {
            var open = gateCount == 0 ? everywhere : gate
            open.bias -= gateCount == 0 ? 0 : gateCount - 1
            units.add(reader.silencedAtBOS(open, time: time), writing: difference(target, first.output, defaultOutput))
        }
        for (low, high) in zip(points, points.dropFirst()) where low.output != high.output {
            let step = ThresholdStep(between: low.sum, and: high.sum)
            let writes = difference(target, high.output, low.output)
            for (shift, sign) in [(0.0, 1.0), (1.0, -1.0)] {
                var unit = LinearForm()
                unit.add(form, times: step.steepness)
                unit.bias -= step.offset + shift
                if gateCount > 0 {
                    // Closed gates must outweigh the largest activation.
                    let bound = ThresholdStep.powerOfTwo(atLeast: max(1, step.steepness * last.sum - step.offset))
                    unit.add(gate, times: bound)
                    unit.bias -= bound * gateCount
                }
                var signed = LinearForm()
                signed.add(writes, times: sign)
                units.add(reader.silencedAtBOS(unit, time: time), writing: signed)
            }
        }
    }

    /// `ReLU(z - least)` is `z - least`: the sum is never smaller.
    private func linear(
        _ table: ValueTable, _ codes: [[Double]], _ least: Double, _ offset: Double, _ target: Int, _ units: inout HiddenUnits
    ) {
        var form = sum(table, codes)
        form.bias -= least
        if least != 0 { form.add(least, reader.layout.bos) }
        var writes = LinearForm()
        writes.add(1, reader.layout.scalar(target))
        units.add(reader.silencedAtBOS(form, time: time), writing: writes)
        var constant = LinearForm()
        constant.add(least + offset, reader.layout.scalar(target))
        units.add(everywhere, writing: constant)
    }

    /// coefficient x width, summed over widths, each read from its attention scalar.
    func writeSum(_ parts: [(coefficient: Double, width: Int)], into target: Int, units: inout HiddenUnits) {
        for part in parts {
            let width = reader.variables[part.width]
            let order = width.scalarOrder
            var scalar = LinearForm()
            scalar.add(1, reader.layout.scalar(part.width))
            let numbers = order.map { part.coefficient * (width.values[$0]?.doubleValue ?? 0) }
            if let first = numbers.first, first != 0 {
                var writes = LinearForm()
                writes.add(first, reader.layout.scalar(target))
                units.add(everywhere, writing: writes)
            }
            for index in order.indices.dropLast() {
                let step = ThresholdStep(between: width.scalars[order[index]], and: width.scalars[order[index + 1]])
                for (shift, sign) in [(0.0, 1.0), (1.0, -1.0)] {
                    var unit = LinearForm()
                    unit.add(scalar, times: step.steepness)
                    unit.bias -= step.offset + shift
                    var writes = LinearForm()
                    writes.add(sign * (numbers[index + 1] - numbers[index]), reader.layout.scalar(target))
                    units.add(reader.silencedAtBOS(unit, time: time), writing: writes)
                }
            }
        }
    }
}
