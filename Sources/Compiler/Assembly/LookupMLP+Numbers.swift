import Passes

/// Numbers that units write as they are, or along lines, without a step for each.
extension LookupMLP {
    /// The first line, then for each break `bend ReLU(x - low)` and, where the number jumps as well, a step.
    func piecewise(_ axis: Axis, _ line: PiecewiseLine, _ target: VariableNumber, _ units: inout HiddenUnits) {
        let scalar = reader.layout.scalar(axis.variable)
        let direction = reader.layout.scalar(target)
        func writing(_ weight: Double) -> LinearForm {
            var form = LinearForm()
            form.add(weight, direction)
            return form
        }
        if line.slope != 0 {
            for sign in [1.0, -1.0] where reader.variables[axis.variable].scalars.contains(where: { $0 * sign > 0 }) {
                var reads = LinearForm()
                reads.add(sign, scalar)
                units.add(reads, writing: writing(sign * line.slope), as: .linear)
            }
        }
        if line.offset != 0 { units.add(everywhere, writing: writing(line.offset), as: .exact) }
        for part in line.breaks {
            if part.bend != 0 {
                var reads = LinearForm(bias: -part.low)
                reads.add(1, scalar)
                units.add(reads, writing: writing(part.bend), as: .linear)
            }
            guard part.jump != 0 else { continue }
            let step = ThresholdStep(between: part.low, and: part.high)
            let most = reader.variables[axis.variable].scalars.max() ?? part.high
            var role = StepRole(
                step, edge: max(abs(part.low), abs(part.high)), top: step.steepness * most - step.offset)
            for (shift, sign) in [(0.0, 1.0), (1.0, -1.0)] {
                var reads = LinearForm(bias: -step.offset - shift)
                reads.add(step.steepness, scalar)
                role.isSecond = shift > 0
                units.add(reads, writing: writing(sign * part.jump), as: .step(role))
            }
        }
    }

    /// Two units in each case: one for the sum, shifted so that it is never negative, which a closed gate silences in
    /// all other cases, and one for the constant.
    func gated(
        _ table: ValueTable, _ tree: DecisionTree, _ rows: [GatedSum], _ target: VariableNumber,
        _ units: inout HiddenUnits
    ) {
        let scalars = table.axes.filter { !reader.variables[$0.variable].isOneHot }
        let cases = table.axes.filter { reader.variables[$0.variable].isOneHot }
        let members = cases.map(\.members)
        let direction = reader.layout.scalar(target)
        var constants: [Leaf] = []
        tree.forEachLeaf { conditions, number in
            let row = rows[number]
            let gate = conjunction(conditions, cases, members)
            let count = Double(conditions.count)
            if row.factors.contains(where: { $0 != 0 }) {
                var reads = LinearForm(bias: -row.least)
                for (axis, factor) in zip(scalars, row.factors) where factor != 0 {
                    reads.add(factor, reader.layout.scalar(axis.variable))
                }
                let bound = ThresholdStep.powerOfTwo(atLeast: max(row.most - row.least, 1e-6) * 1.01)
                reads.add(gate, times: bound)
                reads.bias -= bound * count
                var writes = LinearForm()
                writes.add(1, direction)
                let size = row.most - row.least
                units.add(
                    reads, writing: writes,
                    as: conditions.isEmpty ? .linear : .gated(tolerance: bound - size, size: size))
            }
            var constant = LinearForm()
            constant.add(row.least + row.offset, direction)
            constants.append(Leaf(form: gate, count: conditions.count, writes: constant))
        }
        add(constants, isPartition: false, to: &units)
    }

    /// `ReLU(z - least)` is `z - least`: the sum is never smaller. Scalars are read one by one, by the units that clear
    /// them.
    func linear(
        _ table: ValueTable, _ codes: [[Double]], _ least: Double, _ offset: Double, _ target: VariableNumber,
        _ units: inout HiddenUnits
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
                    units.add(reads, writing: writes, as: .linear)
                }
            }
            var writes = LinearForm()
            // Offsets that cancel up to rounding leave no constant.
            if abs(constant) > 1e-12 { writes.add(constant, direction) }
            units.add(everywhere, writing: writes, as: .exact)
            return
        }
        var form = LinearForm()
        for (axis, code) in zip(table.axes, codes) { form.add(reader.sum(code, axis)) }
        form.bias -= least
        if least != 0 { form.add(least, reader.layout.bos) }
        var writes = LinearForm()
        writes.add(1, direction)
        units.add(form, writing: writes, as: .linear)
        var constant = LinearForm()
        constant.add(least + offset, direction)
        units.add(everywhere, writing: constant, as: .exact)
    }

    /// coefficient x width, summed over widths, each read from its attention scalar: 1 for none (and at BOS), less for
    /// more.
    func writeSum(
        _ parts: [(coefficient: Double, width: VariableNumber)], into target: VariableNumber, units: inout HiddenUnits
    ) {
        for part in parts {
            let width = reader.variables[part.width]
            let order = Array(width.scalarOrder.reversed())
            let numbers = order.map { part.coefficient * (width.values[$0]?.doubleValue ?? 0) }
            if let first = numbers.first, first != 0 {
                var writes = LinearForm()
                writes.add(first, reader.layout.scalar(target))
                units.add(everywhere, writing: writes, as: .exact)
            }
            for index in order.indices.dropLast() {
                let (scalar, next) = (width.scalars[order[index]], width.scalars[order[index + 1]])
                let step = ThresholdStep(between: -scalar, and: -next)
                let top = -step.offset - step.steepness * (width.scalars.min() ?? 0)
                for (shift, sign) in [(0.0, 1.0), (1.0, -1.0)] {
                    var unit = LinearForm()
                    unit.add(-step.steepness, reader.layout.scalar(part.width))
                    unit.bias -= step.offset + shift
                    var writes = LinearForm()
                    writes.add(sign * (numbers[index + 1] - numbers[index]), reader.layout.scalar(target))
                    var role = StepRole(step, edge: scalar, top: top)
                    role.isSecond = shift > 0
                    units.add(unit, writing: writes, as: .step(role))
                }
            }
        }
    }
}
