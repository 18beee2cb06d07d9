import Passes

extension StepRole {
    /// - Parameters:
    ///   - edge: the largest size of the only scalar that the argument reads beside the slope, nil where it reads more.
    ///   - top: the largest argument.
    init(_ step: ThresholdStep, edge: Double?, top: Double) {
        // One scalar times a power of two is exact. A positive threshold subtracted from a larger number is exact as
        // well, in fp32 too: the difference is no finer than the number itself.
        self.init(
            tolerance: step.tolerance, edge: edge, reach: max(top, abs(step.offset)) + 1,
            isExact: edge != nil && step.offset >= 0,
            isSecond: false)
    }
}

/// Hidden units that write a table's value into its variable's directions.
struct LookupMLP {
    let reader: Reader
    /// The stream at BOS that these units read.
    let atBOS: LinearForm
    /// How noisy the stream is that they read.
    let noise: NoisePass

    func write(_ table: ValueTable, into target: VariableNumber, units: inout HiddenUnits) {
        let isScalar = !reader.variables[target].isOneHot
        let plan = LookupPlan(table, reader.variables, isScalar: isScalar)
        if let output = plan.defaultOutput {
            units.add(everywhere, writing: reader.writing(target, output), as: .exact)
        }
        switch plan.construction {
        case .cases(let tree): cases(table, tree, target, plan.defaultOutput, &units)
        case .thresholds(let axis, let tree, let rows):
            thresholds(table, axis, tree, rows, target, plan.defaultOutput, &units)
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

    /// `Conjunction`s for the leaves.
    private func cases(
        _ table: ValueTable, _ tree: DecisionTree, _ target: VariableNumber, _ defaultOutput: Int?,
        _ units: inout HiddenUnits
    ) {
        let members = table.axes.map(\.members)
        var leaves: [Leaf] = []
        tree.forEachLeaf { conditions, output in
            guard output != defaultOutput else { return }
            leaves.append(
                Leaf(
                    form: conjunction(conditions, table.axes, members), count: conditions.count,
                    writes: difference(target, output, defaultOutput)))
        }
        add(leaves, isPartition: table.axes.count == 1 && defaultOutput == nil, to: &units)
    }

    /// A unit that is to be 1 where `count` conditions hold, which `form` counts.
    struct Leaf {
        let form: LinearForm
        let count: Int
        let writes: LinearForm
    }

    /// Adds leaves of which at most one holds at a time. All are built alike, as the noisiest of them needs it.
    func add(_ leaves: [Leaf], isPartition: Bool, isExclusive: Bool = true, to units: inout HiddenUnits) {
        let error = leaves.lazy.map { noise.error(of: $0.form) }.max() ?? 0
        for leaf in leaves {
            if leaf.count == 0 {
                units.add(everywhere, writing: leaf.writes, as: .exact)
            } else if error > Conjunction.limits.tolerant {
                let pair = Conjunction.saturating(leaf.form, count: leaf.count)
                var taken = LinearForm()
                taken.add(leaf.writes, times: -1)
                for (argument, writes, isSecond) in [(pair.first, leaf.writes, false), (pair.second, taken, true)] {
                    let role = StepRole(tolerance: 0.5, reach: 1.5, isExact: false, isSecond: isSecond)
                    units.add(argument, writing: writes, as: .step(role))
                }
            } else if leaf.form.bias == 0, isPartition {
                units.add(leaf.form, writing: leaf.writes, as: .partition)
            } else {
                let isPlain = error <= Conjunction.limits.plain
                let argument =
                    isPlain
                    ? Conjunction.plain(leaf.form, count: leaf.count)
                    : Conjunction.tolerant(leaf.form, count: leaf.count)
                units.add(
                    argument, writing: leaf.writes,
                    as: .leaf(tolerance: isPlain ? 0 : Conjunction.tolerance, isExclusive: isExclusive))
            }
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

    private func difference(_ target: VariableNumber, _ output: Int, _ other: Int?) -> LinearForm {
        var form = reader.writing(target, output)
        if let other { form.add(reader.writing(target, other), times: -1) }
        return form
    }

    /// Steps of a scalar between the values where the output changes, for each case of the other axes.
    private func thresholds(
        _ table: ValueTable, _ axis: Int, _ tree: DecisionTree, _ rows: [[Int]], _ target: VariableNumber,
        _ defaultOutput: Int?, _ units: inout HiddenUnits
    ) {
        let scalarAxis = table.axes[axis]
        let variable = reader.variables[scalarAxis.variable]
        var others = table.axes
        others.remove(at: axis)
        let members = others.map(\.members)
        let order = variable.scalarOrder
        var scalar = LinearForm()
        scalar.add(1, reader.layout.scalar(scalarAxis.variable))
        var number = 0
        tree.forEachLeaf { conditions, row in
            defer { number += 1 }
            let gate = Gate(form: conjunction(conditions, others, members), count: conditions.count, number: number)
            var points = order.map {
                (low: variable.scalars[$0], high: variable.scalars[$0], output: rows[row][scalarAxis.classOf[$0]])
            }
            if let extent = variable.extent {
                points[0].low = extent.lowerBound
                points[points.count - 1].high = extent.upperBound
            }
            steps(points, of: scalar, gate: gate, target, startsAt: defaultOutput, &units)
            if let flagged = variable.flagged, let stand = variable.stand,
                let flag = reader.layout.flag(scalarAxis.variable)
            {
                var form = gate.form
                form.add(1, flag)
                let (output, instead) = (rows[row][scalarAxis.classOf[flagged]], rows[row][scalarAxis.classOf[stand]])
                let leaf = Leaf(form: form, count: conditions.count + 1, writes: difference(target, output, instead))
                add([leaf], isPartition: false, isExclusive: false, to: &units)
            }
        }
    }

    private func additive(
        _ table: ValueTable, _ additive: AdditiveSteps, _ target: VariableNumber, _ units: inout HiddenUnits
    ) {
        var form = LinearForm()
        for (axis, code) in zip(table.axes, additive.codes) { form.add(reader.sum(code, axis.variable)) }
        steps(additive.intervals, of: form, gate: nil, target, startsAt: nil, &units)
    }

    /// The conditions under which steps are made at all: one of several cases of a table's other axes.
    private struct Gate {
        let form: LinearForm
        let count: Int
        let number: Int
    }

    /// A step function of a linear form, where the gate's conditions all hold.
    ///
    /// Steps rise with the form; where BOS stands at its upper end they rise with the negative of the form instead,
    /// because units should stay silent at BOS.
    private func steps(
        _ intervals: [(low: Double, high: Double, output: Int)], of form: LinearForm, gate: Gate?,
        _ target: VariableNumber, startsAt defaultOutput: Int?, _ units: inout HiddenUnits
    ) {
        guard let least = intervals.first, let most = intervals.last else { return }
        let gateCount = gate?.count ?? 0
        let bos = form.value(at: atBOS)
        let descends = gateCount == 0 && bos >= most.low && bos > least.high
        let start = descends ? most.output : least.output
        if start != defaultOutput {
            let writes = difference(target, start, defaultOutput)
            add(
                [Leaf(form: gate?.form ?? LinearForm(), count: gateCount, writes: writes)], isPartition: false,
                to: &units)
        }
        for (low, high) in zip(intervals, intervals.dropFirst()) where low.output != high.output {
            let step =
                descends
                ? ThresholdStep(between: -high.low, and: -low.high) : ThresholdStep(between: low.high, and: high.low)
            let writes =
                descends ? difference(target, low.output, high.output) : difference(target, high.output, low.output)
            let top = descends ? step.steepness * -least.low : step.steepness * most.high
            var role = StepRole(
                step, edge: form.weights.count == 1 ? max(abs(low.high), abs(high.low)) : nil, top: top - step.offset)
            var argument = LinearForm(bias: -step.offset)
            argument.add(form, times: descends ? -step.steepness : step.steepness)
            if let gate, gateCount > 0 {
                // A closed gate has to outweigh the largest argument, with the same distance from the slope as there is
                // with an open one.
                let bound = ThresholdStep.powerOfTwo(atLeast: max(1, top - step.offset) + 0.5)
                argument.add(gate.form, times: bound)
                argument.bias -= bound * Double(gateCount)
                role.closedTolerance = bound - max(0, top - step.offset)
                role.reach = max(role.reach, bound * Double(gateCount))
                role.isExact = false
                role.gate = gate.number
            }
            for isSecond in [false, true] {
                var signed = LinearForm()
                signed.add(writes, times: isSecond ? -1 : 1)
                role.isSecond = isSecond
                units.add(argument, writing: signed, as: .step(role))
                argument.bias -= 1
            }
        }
    }
}
