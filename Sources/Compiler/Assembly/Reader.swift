import Passes

/// How later layers read variables out of the residual stream, once directions are known.
struct Reader {
    let variables: PerVariable<CompilerVariable>
    let layout: Layout

    /// 1 where the one-hot variable's value is among these, 0 where it is another one, and 0 at BOS.
    func indicator(_ variable: VariableNumber, _ values: [Int]) -> LinearForm {
        let all = variables[variable].values
        let undefined = variables[variable].undefinedValue
        var form = LinearForm()
        let defined = values.filter { $0 != undefined }
        let holdsUndefined = undefined.map(values.contains) ?? false
        // The complement is read where that takes fewer directions, and always where undefined is among the values,
        // since that has no direction.
        if holdsUndefined || (all.count - values.count + 2 < defined.count && undefined == nil) {
            form.bias = 1
            form.add(-1, layout.bos)
            let chosen = Set(values)
            for value in all.indices where !chosen.contains(value) && value != undefined {
                form.add(-1, layout.oneHot(variable, value))
            }
        } else {
            for value in defined { form.add(1, layout.oneHot(variable, value)) }
        }
        return form
    }

    func indicator(_ axis: Axis, _ members: [[Int]], _ classNumber: Int) -> LinearForm {
        indicator(axis.variable, members[classNumber])
    }

    /// `codes[class]` as a linear form. One-hot variables look it up, scalar ones scale.
    func sum(_ codes: [Double], _ axis: Axis) -> LinearForm {
        let variable = variables[axis.variable]
        var form = LinearForm()
        if variable.isOneHot {
            let base = variable.undefinedValue.map { codes[axis.classOf[$0]] } ?? 0
            for value in variable.values.indices where value != variable.undefinedValue {
                form.add(codes[axis.classOf[value]] - base, layout.oneHot(axis.variable, value))
            }
            if base != 0 {
                form.bias = base
                form.add(-base, layout.bos)
            }
        } else if let slope = LookupPlan.slope(codes, axis, variable) {
            form.add(slope.factor, layout.scalar(axis.variable))
            form.bias = slope.offset
        }
        return form
    }

    /// `numbers[value]` of a one-hot variable, or a scalar itself.
    func sum(_ numbers: [Double], _ variable: VariableNumber) -> LinearForm {
        guard variables[variable].isOneHot else {
            var form = LinearForm()
            // A scalar enters as it is, with either sign.
            let scalars = variables[variable].scalars
            let index = scalars.firstIndex { $0 != 0 } ?? 0
            form.add(scalars[index] == numbers[index] ? 1 : -1, layout.scalar(variable))
            return form
        }
        return sum(numbers, Axis(variable: variable, valueCount: numbers.count))
    }

    /// What a target's directions receive for one of its values.
    func writing(_ target: VariableNumber, _ value: Int) -> LinearForm {
        let variable = variables[target]
        var form = LinearForm()
        if variable.isOneHot {
            if value != variable.undefinedValue { form.add(1, layout.oneHot(target, value)) }
        } else {
            form.add(variable.scalars[value], layout.scalar(target))
            if value == variable.flagged, let flag = layout.flag(target) { form.add(1, flag) }
        }
        return form
    }
}
