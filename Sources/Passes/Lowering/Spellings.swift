import RASP

/// Numbers that are known up to rounding only: means and sums of fractions, whose last digits depend on the order of
/// summation. The weights hold one number for all of them, so nothing may be computed from them that tells them apart.
final class Spellings {
    private var all: [Double: [Double]] = [:]
    /// The most doubles that one number may be, and the most combinations of them that are tried.
    private static let most = 64
    private static let mostCombinations = 4096

    var isEmpty: Bool { all.isEmpty }

    /// The doubles that a number can be.
    func doubles(_ number: Double) -> [Double] { all[number] ?? [number] }

    /// All doubles of an interval; nil where it is wider than rounding.
    static func doubles(in interval: ClosedRange<Double>) -> [Double]? {
        var doubles = [interval.lowerBound]
        while let last = doubles.last, last < interval.upperBound {
            guard doubles.count < most else { return nil }
            doubles.append(last.nextUp)
        }
        return doubles
    }

    /// One double for each number, the one that is written with the fewest digits; nil where one can be too many
    /// doubles.
    func note(_ entries: [ReachableNumbers.Entry]) -> [Double]? {
        guard entries.allSatisfy({ $0.doubles.count <= Self.most }) else { return nil }
        return entries.map { note($0.doubles) }
    }

    private func note(_ doubles: [Double]) -> Double {
        guard doubles.count > 1 else { return doubles[0] }
        let shortest = doubles.min { $0.description.count < $1.description.count } ?? doubles[0]
        let united = Set(all[shortest, default: []] + doubles)
        all[shortest] = united.sorted()
        return shortest
    }

    /// The atoms that a value can be; looked up once for each value of a table, not for each of its entries.
    func choices(_ value: Atom?) -> [Atom] {
        guard case .float(let number) = value, let own = all[number] else { return value.map { [$0] } ?? [] }
        return own.map { .float($0) }
    }

    /// The value of a function whichever of its arguments' spellings an input makes: one value, or numbers that again
    /// differ by rounding only.
    ///
    /// - Parameters:
    ///   - choices: what `choices` gives for each argument.
    ///   - value: what the arguments as they stand give.
    ///   - remaining: how many more combinations of doubles may be tried for the table that this is an entry of.
    /// - Throws: `RASPError` where the function tells spellings apart.
    func agreed(
        _ name: String, _ arguments: [Atom], _ choices: [[Atom]], _ value: Atom, remaining: inout Int,
        at span: SourceSpan?,
        _ apply: ([Atom]) throws -> Atom
    ) throws -> Atom {
        let count = choices.reduce(1) { min($0 * $1.count, Self.mostCombinations + 1) }
        guard count > 1 else { return value }
        guard count <= Self.mostCombinations else { throw Self.ambiguous(name, arguments, at: span) }
        remaining -= count
        guard remaining >= 0 else { throw Self.tooMany(name, at: span) }
        var numbers: Set<Double> = []
        for combination in 0..<count {
            var rest = combination
            let chosen = choices.map { choice in
                defer { rest /= choice.count }
                return choice[rest % choice.count]
            }
            guard let other = try? apply(chosen) else { throw Self.ambiguous(name, arguments, at: span) }
            if other == value { continue }
            let scale = (arguments + [value]).reduce(0.0) { max($0, abs($1.doubleValue ?? 0)) }
            guard case .float(let number) = other, let expected = value.doubleValue,
                abs(number - expected) <= 1e-12 * scale
            else {
                throw Self.ambiguous(name, arguments, at: span)
            }
            numbers.insert(number)
        }
        guard !numbers.isEmpty, let own = value.doubleValue else { return value }
        return .float(note(Array(numbers.union([own])).sorted()))
    }

    /// Combinations of doubles that are tried for one table.
    static let mostTried = 1 << 22

    private static func tooMany(_ name: String, at span: SourceSpan?) -> RASPError {
        RASPError(
            .limit,
            "the numbers that '\(name)' reads are known up to rounding only, and stand for more than \(mostTried) combinations of doubles",
            at: span,
            notes: [
                "round the means that they are made of, average fewer distinct numbers, or lower the maximum length"
            ])
    }

    private static func ambiguous(_ name: String, _ arguments: [Atom], at span: SourceSpan?) -> RASPError {
        let list = arguments.map(\.described).joined(separator: " and ")
        return RASPError(
            .value,
            "'\(name)' of \(list) hangs on the last digit of a mean of fractions, which depends on the order of summation",
            at: span,
            notes: ["compare with a number that the mean does not come that close to, such as 0.501 instead of 0.5"])
    }
}
