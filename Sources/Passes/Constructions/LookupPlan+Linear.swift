/// Tables whose output is a sum of numbers, one for each axis, written as a number.
extension LookupPlan {
    static func linear(_ table: ValueTable, _ variables: PerVariable<CompilerVariable>) -> Candidate? {
        let numbers = table.values.compactMap { $0?.doubleValue }
        guard !table.axes.isEmpty, numbers.count == table.values.count else { return nil }
        let outputs = table.function.outputs.map { numbers[$0] }
        // The effect of each class of one axis while all others are at their first class.
        var codes: [[Double]] = []
        var stride = outputs.count
        for axis in table.axes {
            stride /= axis.classCount
            codes.append((0..<axis.classCount).map { outputs[$0 * stride] - outputs[0] })
        }
        var reads = 0
        for (position, axis) in table.axes.enumerated() {
            let variable = variables[axis.variable]
            if variable.isOneHot {
                reads += variable.values.count
            } else {
                guard slope(codes[position], axis, variable) != nil else { return nil }
                reads += 1
            }
        }
        let largest = outputs.reduce(0) { max($0, abs($1)) }
        var index = 0
        var least = 0.0
        var holds = true
        table.function.forEachEntry { digits, _ in
            guard holds else { return }
            let sum = zip(codes, digits).reduce(0) { $0 + $1.0[$1.1] }
            if abs(sum + outputs[0] - outputs[index]) > 1e-9 * largest { holds = false }
            least = min(least, sum)
            index += 1
        }
        guard holds else { return nil }
        let needsOffset = least + outputs[0] != 0
        return Candidate(
            construction: .linear(codes: codes, least: least, offset: outputs[0]), defaultOutput: nil,
            unitCount: needsOffset ? 2 : 1, nonzeros: reads + (needsOffset ? 4 : 2))
    }

    /// The factor by which a scalar variable enters a sum with these codes; nil when they are no multiple of it
    /// (up to a constant).
    package static func slope(_ codes: [Double], _ axis: Axis, _ variable: CompilerVariable) -> (
        factor: Double, offset: Double
    )? {
        // The slope is taken between the two scalars that are farthest apart; between close ones it would be mostly
        // rounding.
        guard variable.flagged == nil,
            let first = axis.classOf.indices.min(by: { variable.scalars[$0] < variable.scalars[$1] }),
            let other = axis.classOf.indices.max(by: { variable.scalars[$0] < variable.scalars[$1] }),
            variable.scalars[other] > variable.scalars[first]
        else { return nil }
        let largest = axis.classOf.reduce(0) { max($0, abs(codes[$1])) }
        let rise = codes[axis.classOf[other]] - codes[axis.classOf[first]]
        let factor = rise / (variable.scalars[other] - variable.scalars[first])
        let offset = codes[axis.classOf[first]] - factor * variable.scalars[first]
        let isAffine = axis.classOf.indices.allSatisfy {
            let code = codes[axis.classOf[$0]]
            return abs(factor * variable.scalars[$0] + offset - code) <= 1e-9 * largest
        }
        return isAffine ? (factor, offset) : nil
    }
}
