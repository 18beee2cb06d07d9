import CRASP
import Passes
import RASP

/// A count as a sum in each of several cases, of which exactly one holds at a position.
struct CountCases {
    var cases: [(condition: ValueTable, count: LinearCount)]

    init(_ count: LinearCount) { cases = [(.constant(.bool(true)), count)] }
    init(_ cases: [(condition: ValueTable, count: LinearCount)]) { self.cases = cases }

    /// The most cases that a comparison may have.
    static let most = 256
}

extension CountingLowering {
    /// Cases with equal sums made one, those that never hold left out.
    private mutating func merged(
        _ cases: [(condition: ValueTable, count: LinearCount)], _ span: SourceSpan?
    ) throws -> CountCases {
        var result: [(condition: ValueTable, count: LinearCount)] = []
        var places: [LinearCount: Int] = [:]
        for (condition, count) in cases where condition.constant != .some(.bool(false)) {
            if let place = places[count] {
                result[place].condition = try either(result[place].condition, condition, span)
            } else {
                places[count] = result.count
                result.append((condition, count))
                guard result.count <= CountCases.most else {
                    throw RASPError(
                        .limit, "this count is another sum in more than \(CountCases.most) cases", at: span,
                        notes: ["take fewer conditionals, min, max and local counts together"])
                }
            }
        }
        return CountCases(result)
    }

    mutating func sum(_ a: CountCases, _ b: CountCases, times factor: Int, _ span: SourceSpan?) throws -> CountCases {
        var cases: [(condition: ValueTable, count: LinearCount)] = []
        for left in a.cases {
            for right in b.cases {
                let sum: LinearCount
                do { sum = try left.count.adding(right.count, times: factor) } catch {
                    throw RASPError(.overflow, "the numbers of this sum are larger than weights can hold", at: span)
                }
                cases.append((try both(left.condition, right.condition, span), sum))
            }
        }
        return try merged(cases, span)
    }

    mutating func choose(
        _ condition: ValueTable, _ a: CountCases, _ b: CountCases, _ span: SourceSpan?
    ) throws -> CountCases {
        let otherwise = try join([condition], span) { .bool(!holds($0[0])) }
        var cases: [(condition: ValueTable, count: LinearCount)] = []
        for (condition, side) in [(condition, a), (otherwise, b)] {
            for part in side.cases { cases.append((try both(condition, part.condition, span), part.count)) }
        }
        return try merged(cases, span)
    }

    /// A count of a window: all positions up to here less the nearest, or the nearest one by one.
    mutating func count(_ counted: Int, _ window: Window, _ step: Int) throws -> CountCases {
        let depth = program.depths[step]
        let span = program.spans[step]
        var result = CountCases(LinearCount(constant: 0))
        var distances = 0..<0
        if let farthest = window.farthest {
            distances = min(window.nearest, setting.maxLength)..<min(farthest + 1, setting.maxLength)
        } else {
            distances = 0..<min(window.nearest, setting.maxLength)
            if let source = try source(of: counted) {
                result = CountCases(LinearCount(counting: source.holds, of: source.variable, depth: depth))
            } else if table(counted).constant == .some(.bool(true)) {
                result = CountCases(.positions(depth: depth))
            }
        }
        guard distances.count <= Self.widestWindow else {
            throw RASPError(
                .limit, "this window is \(distances.count) positions wide, and each takes an attention head", at: span,
                notes: ["count at most \(Self.widestWindow) positions one by one"])
        }
        for distance in distances {
            let bit = try earlier(counted, distance, layer: layers[depth], span)
            let one = CountCases(LinearCount(constant: window.farthest == nil ? -1 : 1))
            let added = try choose(bit, one, CountCases(LinearCount(constant: 0)), span)
            result = try sum(result, added, times: 1, span)
        }
        return result
    }

    static let widestWindow = 64

    /// Whether the comparison holds: in the case that holds, the sign of the difference.
    mutating func compare(
        _ a: CountCases, _ comparison: Comparison, _ b: CountCases, _ span: SourceSpan?
    ) throws -> ValueTable {
        let difference = try sum(a, b, times: -1, span)
        var result = ValueTable.constant(.bool(false))
        for part in difference.cases {
            let (sign, isTurned) = try sign(of: part.count, span)
            let holds = try join([part.condition, sign], span) { values in
                guard values[0] == .bool(true), case .int(let sign)? = values[1] else { return .bool(false) }
                return .bool(comparison.holds(isTurned ? -sign : sign, 0))
            }
            result = try either(result, holds, span)
        }
        return result
    }

    /// The sign of a sum, -1, 0 or 1, or that of its negative.
    private mutating func sign(of count: LinearCount, _ span: SourceSpan?) throws -> (table: ValueTable, isTurned: Bool)
    {
        if count.isConstant { return (.constant(.int(count.constant.signum())), false) }
        let (read, isTurned) = count.normalised
        let sums = read.sums(within: setting.maxLength)
        if sums.lowerBound > 0 || sums.upperBound < 0 {
            return (.constant(.int(sums.lowerBound > 0 ? 1 : -1)), isTurned)
        }
        let number = try variableOfBalance[read] ?? balance(read, count.depth, span)
        variableOfBalance[read] = number
        return (.identity(number, values: variables[number].values), isTurned)
    }

    private mutating func balance(_ read: BalanceRead, _ depth: Int, _ span: SourceSpan?) throws -> VariableNumber {
        let extent = read.extent(within: setting.maxLength)
        let gap = 1 / Double(setting.maxLength + 1)
        let size = max(-extent.lowerBound, extent.upperBound)
        // Sums and weights have to hold the numbers exactly, and the stream has to tell the gap from rounding.
        guard gap > Resolution.scalar * size else {
            throw RASPError(
                .limit,
                "this compares sums of up to \(Atom.text(of: size)) a position, which fp32 weights cannot do to the last unit at \(setting.maxLength) positions",
                at: span, notes: ["take smaller factors and numbers, or lower the maximum length"])
        }
        let sums = read.sums(within: setting.maxLength)
        let signs = [-1, 0, 1].filter { ($0 >= 0 || sums.lowerBound < 0) && ($0 <= 0 || sums.upperBound > 0) }
        return variables.append(
            CompilerVariable(
                origin: .balance(read), representation: .scalar(flagged: nil), values: signs.map { .int($0) },
                scalars: signs.map { Double($0) * gap }, extent: extent, time: 2 * layers[depth] - 1, span: span))
    }
}
