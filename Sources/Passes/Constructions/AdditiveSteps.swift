/// A table that depends on a sum of numbers only, one number for each value of each axis: `x - y`, `x > y`, "all of
/// these", "any of these", parity. A step function of the sum takes units in the number of sums, not of combinations.
///
/// Several scalars can be read together this way. Where a class holds several scalars, it stands for an interval, and
/// the sum of intervals of combinations with different outputs must not overlap: the scalar of a width is 1 for none
/// and at most 1/2 for any, so "all of m widths are 0" is a sum of at least m, and at most m - 1/2 otherwise.
package struct AdditiveSteps {
    /// `codes[axis][value]`: the number that each value of the axis's variable adds.
    package let codes: [[Double]]
    /// Where the output changes: up to `low` it is the earlier one, from `high` on the next.
    package let intervals: [(low: Double, high: Double, output: Int)]

    /// The most combinations of signs and table entries that are looked at.
    private static func budget(_ axes: Int) -> Int { axes <= 2 ? 1 << 20 : 1 << 16 }

    /// nil where the table is no such function.
    init?(_ table: ValueTable, _ variables: PerVariable<CompilerVariable>) {
        guard !table.axes.isEmpty, table.axes.count <= 10 else { return nil }
        let codes = table.axes.compactMap { Self.codes($0, variables[$0.variable]) }
        guard codes.count == table.axes.count, codes.allSatisfy({ $0.allSatisfy(Resolution.holds) }) else { return nil }
        var best: AdditiveSteps?
        // The sign of the first axis is fixed, since turning all signs around changes nothing. Every choice for the
        // others is tried.
        let signCount = 1 << (codes.count - 1)
        guard signCount <= max(1, Self.budget(codes.count) / table.function.outputs.count) else { return nil }
        let bounds = zip(table.axes, codes).map(Self.bounds)
        for signs in 0..<signCount {
            let isNegated = codes.indices.map { $0 > 0 && signs >> ($0 - 1) & 1 == 1 }
            let signed = zip(bounds, isNegated).map { bounds, isNegated in
                isNegated ? bounds.map { (low: -$0.high, high: -$0.low) } : bounds
            }
            guard let intervals = Self.intervals(table, signed) else { continue }
            if best.map({ intervals.count < $0.intervals.count }) ?? true {
                best = AdditiveSteps(
                    codes: zip(codes, isNegated).map { codes, isNegated in isNegated ? codes.map { -$0 } : codes },
                    intervals: intervals)
            }
        }
        guard let best else { return nil }
        self = best
    }

    private init(codes: [[Double]], intervals: [(low: Double, high: Double, output: Int)]) {
        self.codes = codes
        self.intervals = intervals
    }

    /// The numbers by which a variable enters a sum: its scalars, else its values, else 0 and 1 for two classes.
    private static func codes(_ axis: Axis, _ variable: CompilerVariable) -> [Double]? {
        guard variable.isOneHot else {
            return variable.flagged == nil && !variable.isOpen && variable.extent == nil ? variable.scalars : nil
        }
        if axis.classCount == 2 { return axis.classOf.map(Double.init) }
        let numbers = variable.values.compactMap { $0?.doubleValue }
        return numbers.count == variable.values.count ? numbers : nil
    }

    /// The interval that each class of an axis stands for.
    private static func bounds(_ axis: Axis, _ code: [Double]) -> [(low: Double, high: Double)] {
        var bounds = [(low: Double, high: Double)](repeating: (.infinity, -.infinity), count: axis.classCount)
        for (value, index) in axis.classOf.enumerated() {
            bounds[index].low = min(bounds[index].low, code[value])
            bounds[index].high = max(bounds[index].high, code[value])
        }
        return bounds
    }

    /// The sums in ascending order, neighbours with one output united; nil when two with different outputs overlap.
    private static func intervals(
        _ table: ValueTable, _ bounds: [[(low: Double, high: Double)]]
    ) -> [(low: Double, high: Double, output: Int)]? {
        guard var entries = distinctSums(table, bounds) else { return nil }
        entries.sort { $0.low < $1.low }
        let largest = bounds.reduce(0.0) { $0 + ($1.lazy.map { max(abs($0.low), abs($0.high)) }.max() ?? 0) }
        var result: [(low: Double, high: Double, output: Int)] = []
        for entry in entries {
            if let last = result.last {
                if entry.output == last.output {
                    result[result.count - 1].high = max(last.high, entry.high)
                    continue
                }
                guard entry.low - last.high > Resolution.sum * largest else { return nil }
            }
            result.append(entry)
        }
        return result
    }
}

extension AdditiveSteps {
    /// The sums with different lower ends; nil when two with one lower end have different outputs, which a table that
    /// is no such function mostly shows at once, long before its sums are sorted.
    private static func distinctSums(
        _ table: ValueTable, _ bounds: [[(low: Double, high: Double)]]
    ) -> [(low: Double, high: Double, output: Int)]? {
        var entries: [(low: Double, high: Double, output: Int)] = []
        // Open addressing: a slot holds an entry's number, or -1.
        let bits = Int.bitWidth - table.function.outputs.count.leadingZeroBitCount + 1
        var slots = [Int32](repeating: -1, count: 1 << bits)
        var differs = false
        table.function.forEachEntry { digits, output in
            if differs { return }
            var (low, high) = (0.0, 0.0)
            for (position, digit) in digits.enumerated() {
                low += bounds[position][digit].low
                high += bounds[position][digit].high
            }
            var slot = Int(truncatingIfNeeded: (low.bitPattern &* 0x9E37_79B9_7F4A_7C15) >> (64 - UInt64(bits)))
            while slots[slot] >= 0 {
                let number = Int(slots[slot])
                if entries[number].low == low {
                    if entries[number].output != output { differs = true }
                    entries[number].high = max(entries[number].high, high)
                    return
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = Int32(entries.count)
            entries.append((low, high, output))
        }
        return differs ? nil : entries
    }
}

extension LookupPlan {
    static func additive(_ table: ValueTable, _ variables: PerVariable<CompilerVariable>) -> Candidate? {
        guard let steps = AdditiveSteps(table, variables) else { return nil }
        let units = 2 * (steps.intervals.count - 1)
        let reads = zip(table.axes, steps.codes).reduce(0) { sum, axis in
            sum + (variables[axis.0.variable].isOneHot ? axis.1.count { $0 != 0 } : 1)
        }
        return Candidate(
            construction: .additive(steps), defaultOutput: nil, unitCount: units + 1, nonzeros: units * (reads + 3) + 2)
    }
}
