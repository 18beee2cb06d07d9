import RASP

/// Tables that are a function of a weighted sum of their inputs' numbers: `x - y`, `x > y`, "any of these", parity.
/// A step function of the sum takes units in the number of sums, not of combinations.
extension LookupPlan {
    static func isAdditive(_ table: ValueTable, _ variables: [CompilerVariable]) -> Bool {
        additive(table, variables) != nil
    }

    static func additive(
        _ table: ValueTable, _ variables: [CompilerVariable]
    ) -> (construction: Construction, defaultOutput: Int?, count: Int)? {
        guard table.axes.count <= 6, !table.axes.isEmpty else { return nil }
        let codes = table.axes.compactMap { code($0, variables[$0.variable]) }
        guard codes.count == table.axes.count else { return nil }
        var best: (construction: Construction, defaultOutput: Int?, count: Int)?
        for signs in 0..<(1 << (codes.count - 1)) {
            let signed = codes.enumerated().map { index, code in
                index > 0 && signs >> (index - 1) & 1 == 1 ? code.map { -$0 } : code
            }
            guard let steps = steps(table, signed) else { continue }
            let count = 2 * zip(steps, steps.dropFirst()).count { $0.output != $1.output } + 1
            if best.map({ count < $0.count }) ?? true { best = (.additive(codes: signed), nil, count) }
        }
        return best
    }

    static func linear(
        _ table: ValueTable, _ variables: [CompilerVariable]
    ) -> (construction: Construction, defaultOutput: Int?, count: Int)? {
        let numbers = table.values.map { $0?.doubleValue }
        guard !table.axes.isEmpty, numbers.allSatisfy({ $0 != nil }) else { return nil }
        let outputs = table.function.outputs.map { numbers[$0] ?? 0 }
        // The effect of each class of one axis, the others at their first.
        var codes: [[Double]] = []
        var stride = outputs.count
        for axis in table.axes {
            stride /= axis.classCount
            codes.append((0..<axis.classCount).map { outputs[$0 * stride] - outputs[0] })
        }
        for (position, axis) in table.axes.enumerated() where !variables[axis.variable].isOneHot {
            guard slope(codes[position], axis, variables[axis.variable]) != nil else { return nil }
        }
        var index = 0
        var least = 0.0
        var holds = true
        table.function.forEachEntry { digits, _ in
            let sum = zip(codes, digits).reduce(0) { $0 + $1.0[$1.1] }
            if abs(sum + outputs[0] - outputs[index]) > 1e-9 * max(1, abs(outputs[index])) { holds = false }
            least = min(least, sum)
            index += 1
        }
        guard holds else { return nil }
        let needsOffset = least + outputs[0] != 0
        return (.linear(codes: codes, least: least, offset: outputs[0]), nil, needsOffset ? 2 : 1)
    }

    /// The factor by which a scalar variable enters a sum with these codes; nil when they are no multiple of it
    /// (up to a constant).
    static func slope(_ codes: [Double], _ axis: Axis, _ variable: CompilerVariable) -> (factor: Double, offset: Double)? {
        guard variable.flagged == nil, let first = axis.classOf.indices.first,
            let other = axis.classOf.indices.first(where: { variable.scalars[$0] != variable.scalars[first] })
        else { return nil }
        let rise = codes[axis.classOf[other]] - codes[axis.classOf[first]]
        let factor = rise / (variable.scalars[other] - variable.scalars[first])
        let offset = codes[axis.classOf[first]] - factor * variable.scalars[first]
        let isAffine = axis.classOf.indices.allSatisfy {
            let code = codes[axis.classOf[$0]]
            return abs(factor * variable.scalars[$0] + offset - code) <= 1e-9 * max(1, abs(code))
        }
        return isAffine ? (factor, offset) : nil
    }

    /// The sums in ascending order with the output of each; nil when two combinations with one sum differ.
    static func steps(_ table: ValueTable, _ codes: [[Double]]) -> [(sum: Double, output: Int)]? {
        var entries: [(sum: Double, output: Int)] = []
        entries.reserveCapacity(table.function.outputs.count)
        table.function.forEachEntry { digits, output in
            entries.append((zip(codes, digits).reduce(0) { $0 + $1.0[$1.1] }, output))
        }
        entries.sort { $0.sum < $1.sum }
        var steps: [(sum: Double, output: Int)] = []
        for entry in entries {
            if let last = steps.last, entry.sum - last.sum <= 1e-9 * max(1, abs(last.sum)) {
                guard entry.output == last.output else { return nil }
            } else {
                steps.append(entry)
            }
        }
        return steps
    }

    /// The numbers by which an axis enters a sum: its values, or 0 and 1 for the classes of a two-valued axis.
    private static func code(_ axis: Axis, _ variable: CompilerVariable) -> [Double]? {
        if axis.classCount == variable.values.count {
            var codes = [Double](repeating: 0, count: axis.classCount)
            var isNumeric = true
            for (value, index) in axis.classOf.enumerated() {
                if let number = variable.values[value]?.doubleValue { codes[index] = number } else { isNumeric = false }
            }
            if isNumeric, variable.isOneHot || slope(codes, axis, variable) != nil { return codes }
        }
        return axis.classCount == 2 && variable.isOneHot ? [0, 1] : nil
    }
}
