import RASP

extension CompiledModel {
    /// The value of a variable in one row of a residual state.
    ///
    /// - Parameters:
    ///   - variable: one of this model's variables.
    ///   - row: `width` numbers.
    /// - Returns: nil where the row says that the variable is undefined (no direction above one half).
    public func decode(_ variable: CompiledVariable, _ row: some RandomAccessCollection<Float>) -> Atom? {
        let at = { (direction: Int) in row[row.index(row.startIndex, offsetBy: direction)] }
        switch variable.encoding {
        case .categorical(let values, let directions):
            guard let best = directions.indices.max(by: { at(directions[$0]) < at(directions[$1]) }),
                at(directions[best]) > 0.5
            else { return nil }
            return values[best]
        case .numerical(let direction, let reachable):
            if let exception = variable.exception, at(exception.direction) > 0.5 { return exception.value }
            let number = Double(at(direction))
            let value = Self.nearest(number, in: reachable) ?? number
            return Atom(number: value)
        }
    }

    /// The value of every named variable in one row of the last residual state. Variables that were cleared before are
    /// left out.
    public func decode(_ row: some RandomAccessCollection<Float>) -> [(name: String, value: Atom?)] {
        variables.filter { !$0.isScratch && $0.heldUntil == nil }.map { ($0.name, decode($0, row)) }
    }

    /// How clearly a row shows the variable's value: for one-hots the lead of the largest direction over the next (or
    /// of undefined's one half over the largest), for numbers 1 at a reachable value and 0 halfway to another that does
    /// not agree with it.
    public func margin(_ variable: CompiledVariable, _ row: some RandomAccessCollection<Float>) -> Double {
        let at = { (direction: Int) in Double(row[row.index(row.startIndex, offsetBy: direction)]) }
        switch variable.encoding {
        case .categorical(_, let directions):
            var (first, second) = (-Double.infinity, -Double.infinity)
            for direction in directions {
                let level = at(direction)
                if level > first { (first, second) = (level, first) } else if level > second { second = level }
            }
            return first > 0.5 ? first - max(second, 0) : 2 * (0.5 - max(first, 0))
        case .numerical(let direction, let reachable):
            let number = at(direction)
            guard let value = Self.nearest(number, in: reachable),
                let other = Self.neighbour(of: value, isAbove: number >= value, in: reachable)
            else { return 1 }
            return max(0, 1 - 2 * abs(number - value) / abs(other - value))
        }
    }

    /// The nearest number above or below that is not taken for this one (`agree`).
    static func neighbour(of number: Double, isAbove: Bool, in sorted: [Double]) -> Double? {
        let tolerance = agreement * max(1, abs(number))
        if isAbove {
            let index = lowerBound((number + tolerance).nextUp, in: sorted)
            return index < sorted.count ? sorted[index] : nil
        }
        let index = lowerBound(number - tolerance, in: sorted)
        return index > 0 ? sorted[index - 1] : nil
    }

    private static func nearest(_ number: Double, in sorted: [Double]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        let index = lowerBound(number, in: sorted)
        if index == 0 { return sorted[0] }
        if index == sorted.count { return sorted[index - 1] }
        return number - sorted[index - 1] <= sorted[index] - number ? sorted[index - 1] : sorted[index]
    }

    /// The first index whose number is not below.
    private static func lowerBound(_ number: Double, in sorted: [Double]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
