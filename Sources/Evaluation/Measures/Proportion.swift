import Basics

/// A share of successes with its 95 % interval.
public struct Proportion: Sendable, Equatable {
    public var successes: Int
    public var n: Int

    public init(_ successes: Int = 0, of n: Int = 0) { (self.successes, self.n) = (successes, n) }

    /// 0 where nothing was tried.
    public var value: Double { n == 0 ? 0 : Double(successes) / Double(n) }

    /// Wilson's score interval (1927), which is sensible at 0 and 1 too:
    ///
    ///     (p + z^2/2n +- z sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n),    z = 1.959964 for 95 %
    public var interval: ClosedRange<Double> {
        guard n > 0 else { return 0...1 }
        let z = 1.959963984540054
        let count = Double(n)
        let middle = value + z * z / (2 * count)
        let spread = z * (value * (1 - value) / count + z * z / (4 * count * count)).squareRoot()
        let scale = 1 + z * z / count
        // At the ends the formula gives 0 and 1 exactly, but for rounding.
        let low = successes == 0 ? 0 : max(0, (middle - spread) / scale)
        let high = successes == n ? 1 : min(1, (middle + spread) / scale)
        return low...high
    }

    package mutating func add(_ success: Bool) {
        n += 1
        if success { successes += 1 }
    }

    /// Reads what `members` were written to; nil for a share that is none, or of a number that is none.
    package init?(_ json: JSONValue) {
        guard let value = json["accuracy"]?.share, let n = json["n"]?.count else { return nil }
        self.init(Int((value * Double(n)).rounded()), of: n)
    }

    /// All of several together.
    package init(pooling proportions: [Proportion]) {
        self.init(proportions.reduce(0) { $0 + $1.successes }, of: proportions.reduce(0) { $0 + $1.n })
    }

    /// `accuracy`, `n`, `low` and `high`.
    package var members: [(String, JSONValue)] {
        [
            ("accuracy", .number(value)), ("n", .integer(n)), ("low", .number(interval.lowerBound)),
            ("high", .number(interval.upperBound)),
        ]
    }
}
