/// Hidden units that write a table's value into its variable's directions.
struct LookupMLP {
    let reader: Reader
    /// The stream at BOS that these units read.
    let atBOS: LinearForm

    func write(_ table: ValueTable, into target: Int, units: inout HiddenUnits) {
        let isScalar = !reader.variables[target].isOneHot
        let plan = LookupPlan(table, reader.variables, isScalar: isScalar)
        if let output = plan.defaultOutput { units.add(everywhere, writing: reader.writing(target, output)) }
        switch plan.construction {
        case .cases(let tree): cases(table, tree, target, plan.defaultOutput, &units)
        case .thresholds(let axis, let tree, let rows): thresholds(table, axis, tree, rows, target, plan.defaultOutput, &units)
        case .additive(let steps): additive(table, steps, target, &units)
        case .linear(let codes, let least, let offset): linear(table, codes, least, offset, target, &units)
        case .piecewise(let line): piecewise(table.axes[0], line, target, &units)
        case .gated(let tree, let rows): gated(table, tree, rows, target, &units)
        }
    }

    /// 1 at every position but BOS.
    var everywhere: LinearForm {
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
            units.add(form, writing: difference(target, output, defaultOutput))
        }
    }

    /// The number of conditions that hold.
    func conjunction(_ conditions: [(axis: Int, classes: [Int])], _ axes: [Axis], _ members: [[[Int]]]) -> LinearForm {
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
            let points = order.map { (low: variable.scalars[$0], high: variable.scalars[$0], output: rows[row][scalarAxis.classOf[$0]]) }
            steps(points, of: scalar, gate: gate, gateCount: count, target, startsAt: defaultOutput, &units)
            if let flagged = variable.flagged, let stand = variable.stand, let flag = reader.layout.flag(scalarAxis.variable) {
                var form = gate
                form.add(1, flag)
                form.bias -= count
                let (output, instead) = (rows[row][scalarAxis.classOf[flagged]], rows[row][scalarAxis.classOf[stand]])
                units.add(form, writing: difference(target, output, instead))
            }
        }
    }

    private func additive(_ table: ValueTable, _ additive: AdditiveSteps, _ target: Int, _ units: inout HiddenUnits) {
        var form = LinearForm()
        for (axis, code) in zip(table.axes, additive.codes) { form.add(reader.sum(code, axis.variable)) }
        steps(additive.intervals, of: form, gate: LinearForm(), gateCount: 0, target, startsAt: nil, &units)
    }

    /// A step function of a linear form, where the gate's conditions all hold.
    ///
    /// Steps rise with the form, or with its negative where BOS stands at the upper end: there they should stay silent.
    private func steps(
        _ intervals: [(low: Double, high: Double, output: Int)], of form: LinearForm, gate: LinearForm, gateCount: Double, _ target: Int,
        startsAt defaultOutput: Int?, _ units: inout HiddenUnits
    ) {
        guard let least = intervals.first, let most = intervals.last else { return }
        let bos = form.value(at: atBOS)
        let descends = gateCount == 0 && bos >= most.low && bos > least.high
        let start = descends ? most.output : least.output
        if start != defaultOutput {
            var open = gateCount == 0 ? everywhere : gate
            open.bias -= gateCount == 0 ? 0 : gateCount - 1
            units.add(open, writing: difference(target, start, defaultOutput))
        }
        for (low, high) in zip(intervals, intervals.dropFirst()) where low.output != high.output {
            let step = descends ? ThresholdStep(between: -high.low, and: -low.high) : ThresholdStep(between: low.high, and: high.low)
            let writes = descends ? difference(target, low.output, high.output) : difference(target, high.output, low.output)
            for (shift, sign) in [(0.0, 1.0), (1.0, -1.0)] {
                var unit = LinearForm()
                unit.add(form, times: descends ? -step.steepness : step.steepness)
                unit.bias -= step.offset + shift
                if gateCount > 0 {
                    // Closed gates must outweigh the largest activation.
                    let bound = ThresholdStep.powerOfTwo(atLeast: max(1, step.steepness * most.high - step.offset))
                    unit.add(gate, times: bound)
                    unit.bias -= bound * gateCount
                }
                var signed = LinearForm()
                signed.add(writes, times: sign)
                units.add(unit, writing: signed)
            }
        }
    }

    /// `ReLU(z - least)` is `z - least`: the sum is never smaller. Scalars are read one by one, by the units that clear them.
    private func linear(
        _ table: ValueTable, _ codes: [[Double]], _ least: Double, _ offset: Double, _ target: Int, _ units: inout HiddenUnits
    ) {
        let direction = reader.layout.scalar(target)
        if table.axes.allSatisfy({ !reader.variables[$0.variable].isOneHot }) {
            var constant = offset
            for (axis, code) in zip(table.axes, codes) {
                guard let slope = LookupPlan.slope(code, axis, reader.variables[axis.variable]) else { continue }
                constant += slope.offset
                let scalars = reader.variables[axis.variable].scalars
                for sign in [1.0, -1.0] where scalars.contains(where: { $0 * sign > 0 }) {
                    var (reads, writes) = (LinearForm(), LinearForm())
                    reads.add(sign, reader.layout.scalar(axis.variable))
                    writes.add(sign * slope.factor, direction)
                    units.add(reads, writing: writes)
                }
            }
            var writes = LinearForm()
            // A sum of offsets that cancel up to rounding is none.
            if abs(constant) > 1e-12 { writes.add(constant, direction) }
            units.add(everywhere, writing: writes)
            return
        }
        var form = LinearForm()
        for (axis, code) in zip(table.axes, codes) { form.add(reader.sum(code, axis)) }
        form.bias -= least
        if least != 0 { form.add(least, reader.layout.bos) }
        var writes = LinearForm()
        writes.add(1, direction)
        units.add(form, writing: writes)
        var constant = LinearForm()
        constant.add(least + offset, direction)
        units.add(everywhere, writing: constant)
    }

    /// coefficient x width, summed over widths, each read from its attention scalar: 1 for none (and at BOS), less for
    /// more.
    func writeSum(_ parts: [(coefficient: Double, width: Int)], into target: Int, units: inout HiddenUnits) {
        for part in parts {
            let width = reader.variables[part.width]
            let order = Array(width.scalarOrder.reversed())
            let numbers = order.map { part.coefficient * (width.values[$0]?.doubleValue ?? 0) }
            if let first = numbers.first, first != 0 {
                var writes = LinearForm()
                writes.add(first, reader.layout.scalar(target))
                units.add(everywhere, writing: writes)
            }
            for index in order.indices.dropLast() {
                let step = ThresholdStep(between: -width.scalars[order[index]], and: -width.scalars[order[index + 1]])
                for (shift, sign) in [(0.0, 1.0), (1.0, -1.0)] {
                    var unit = LinearForm()
                    unit.add(-step.steepness, reader.layout.scalar(part.width))
                    unit.bias -= step.offset + shift
                    var writes = LinearForm()
                    writes.add(sign * (numbers[index + 1] - numbers[index]), reader.layout.scalar(target))
                    units.add(unit, writing: writes)
                }
            }
        }
    }
}
