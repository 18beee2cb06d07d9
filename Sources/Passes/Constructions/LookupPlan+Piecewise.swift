import RASP

/// A number that is a straight line of one scalar on each of a few intervals: an absolute value, a maximum with a
/// constant.
package struct PiecewiseLine {
    /// The first line, `slope x + offset`.
    package let slope: Double
    package let offset: Double
    /// Between `low` and `high` the slope changes by `bend`, starting at `low`, and the number by `jump`.
    package let breaks: [(low: Double, high: Double, bend: Double, jump: Double)]
    let largestTerm: Double

    /// nil where there are nearly as many lines as points, since steps then take no more units and can be shared with
    /// other tables; and where a jump has no gap to step over.
    init?(_ points: [(x: Double, y: Double)], leastGap: Double) {
        guard points.count > 2, let first = points.first else { return nil }
        var breaks: [(low: Double, high: Double, bend: Double, jump: Double)] = []
        var lines: [(slope: Double, offset: Double)] = []
        let largest = points.reduce(0) { max($0, abs($1.y)) }
        var start = 0
        while start < points.count {
            var end = start + 1
            var line = (
                slope: lines.last?.slope ?? 0, offset: points[start].y - (lines.last?.slope ?? 0) * points[start].x
            )
            if end < points.count {
                // From the farthest point that still lies on it a line gets its slope with the least rounding.
                line = Self.line(points[start], points[end])
                while end < points.count,
                    abs(line.slope * points[end].x + line.offset - points[end].y) <= 1e-9 * largest
                {
                    end += 1
                }
                line = Self.line(points[start], points[end - 1])
            }
            if let last = lines.last {
                let (low, high) = (points[start - 1].x, points[start].x)
                let jump = line.slope * low + line.offset - (last.slope * low + last.offset)
                let isContinuous = abs(jump) <= 1e-9 * largest
                guard isContinuous || high - low > leastGap else { return nil }
                breaks.append((low, high, line.slope - last.slope, isContinuous ? 0 : jump))
            }
            lines.append(line)
            guard lines.count <= max(3, points.count / 8), 3 * lines.count <= points.count else { return nil }
            start = end
        }
        slope = lines[0].slope
        offset = lines[0].offset
        self.breaks = breaks
        let reach = max(abs(first.x), abs(points[points.count - 1].x))
        largestTerm = lines.reduce(largest) { max($0, abs($1.slope) * reach, abs($1.offset)) }
    }

    private static func line(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> (
        slope: Double, offset: Double
    ) {
        let slope = (b.y - a.y) / (b.x - a.x)
        return (slope, a.y - slope * a.x)
    }
}

/// `factors x scalars + offset`, which is never less than `least + offset` nor more than `most + offset`.
package struct GatedSum {
    package let factors: [Double]
    package let least: Double
    package let most: Double
    package let offset: Double

    var largestTerm: Double { max(abs(least), abs(most)) + abs(offset) }
}

extension LookupPlan {
    static func piecewise(_ table: ValueTable, _ variables: PerVariable<CompilerVariable>) -> Candidate? {
        guard table.axes.count == 1, table.axes[0].classCount > 2 else { return nil }
        let (axis, variable) = (table.axes[0], variables[table.axes[0].variable])
        guard !variable.isOneHot, !variable.isOpen, variable.flagged == nil,
            table.values.allSatisfy({ $0?.doubleValue != nil })
        else { return nil }
        let order = variable.scalarOrder
        var points: [(x: Double, y: Double)] = []
        for value in order {
            let y = table.values[table.function.outputs[axis.classOf[value]]]?.doubleValue ?? 0
            // Values that fp32 does not tell apart are one point, whose numbers must then agree.
            if let last = points.last, variable.scalars[value] - last.x <= 1e-12 * max(variable.magnitude, abs(last.x))
            {
                guard abs(last.y - y) <= 1e-9 * max(abs(y), abs(last.y)) else { return nil }
                continue
            }
            points.append((variable.scalars[value], y))
        }
        let largest = points.reduce(variable.magnitude) { max($0, abs($1.x)) }
        guard let line = PiecewiseLine(points, leastGap: Resolution.scalar * largest) else { return nil }
        let steps = line.breaks.count { $0.jump != 0 }
        let units = 3 + line.breaks.count + 2 * steps
        return Candidate(construction: .piecewise(line), defaultOutput: nil, unitCount: units, nonzeros: 3 * units)
    }

    static func gated(
        _ table: ValueTable, _ variables: PerVariable<CompilerVariable>, _ trees: DecisionTrees = DecisionTrees()
    ) -> Candidate? {
        let scalars = table.axes.indices.filter { !variables[table.axes[$0].variable].isOneHot }
        let cases = table.axes.indices.filter { variables[table.axes[$0].variable].isOneHot }
        guard !scalars.isEmpty, !cases.isEmpty, table.values.allSatisfy({ $0?.doubleValue != nil }),
            scalars.allSatisfy({
                let variable = variables[table.axes[$0].variable]
                return !variable.isOpen && variable.flagged == nil
            })
        else { return nil }
        // The rows over the scalars, and which of them each case has.
        let sizes = cases.map { table.axes[$0].classCount }
        var slices = [[Int]](repeating: [], count: sizes.reduce(1, *))
        table.function.forEachEntry { digits, output in
            slices[cases.reduce(0) { $0 * table.axes[$1].classCount + digits[$1] }].append(output)
        }
        var known: [[Int]: Int] = [:]
        var rows: [GatedSum] = []
        var numbers: [Int] = []
        for slice in slices {
            if let number = known[slice] {
                numbers.append(number)
                continue
            }
            // Where most cases have a row of their own, nothing is saved by listing rows.
            guard rows.count < 64, let row = sum(slice, scalars.map { table.axes[$0] }, table.values, variables) else {
                return nil
            }
            known[slice] = rows.count
            numbers.append(rows.count)
            rows.append(row)
        }
        let tree = trees.tree(sizes: sizes, outputs: numbers)
        let gates = ReadSizes(cases.map { table.axes[$0] }, variables)
        var (units, nonzeros) = (0, 0)
        tree.forEachLeaf { conditions, row in
            let gate = conditions.reduce(0) { $0 + gates.reads($1) }
            let reads = rows[row].factors.count { $0 != 0 }
            units += reads > 0 ? 2 : 1
            nonzeros += (reads > 0 ? reads + gate + 2 : 0) + gate + 2
        }
        return Candidate(
            construction: .gated(tree, rows: rows), defaultOutput: nil, unitCount: units, nonzeros: nonzeros)
    }

    /// A row as a sum of scalars; nil where it is none.
    private static func sum(
        _ outputs: [Int], _ axes: [Axis], _ values: [Atom?], _ variables: PerVariable<CompilerVariable>
    ) -> GatedSum? {
        let numbers = values.map { $0?.doubleValue ?? 0 }
        var factors: [Double] = []
        var offset = numbers[outputs[0]]
        var stride = outputs.count
        var codes: [[Double]] = []
        for axis in axes {
            stride /= axis.classCount
            let own = (0..<axis.classCount).map { numbers[outputs[$0 * stride]] - numbers[outputs[0]] }
            codes.append(own)
            guard own.contains(where: { $0 != 0 }) else {
                factors.append(0)
                continue
            }
            guard let slope = slope(own, axis, variables[axis.variable]) else { return nil }
            factors.append(slope.factor)
            offset += slope.offset
        }
        let largest = outputs.reduce(0) { max($0, abs(numbers[$1])) }
        var holds = true
        FiniteFunction(axes: axes, outputs: outputs).forEachEntry { digits, output in
            guard holds else { return }
            let sum = zip(codes, digits).reduce(numbers[outputs[0]]) { $0 + $1.0[$1.1] }
            holds = abs(sum - numbers[output]) <= 1e-9 * largest
        }
        guard holds else { return nil }
        var (least, most) = (0.0, 0.0)
        for (axis, factor) in zip(axes, factors) where factor != 0 {
            let products = variables[axis.variable].scalars.map { $0 * factor }
            least += products.min() ?? 0
            most += products.max() ?? 0
        }
        return GatedSum(factors: factors, least: least, most: most, offset: offset)
    }
}
