import Passes

/// A sum of counts over all positions up to each, as what each position adds to it.
struct LinearCount: Hashable {
    /// By one-hot variable, what each of its values adds.
    private(set) var numbers: [VariableNumber: [Int]] = [:]
    /// What every position adds besides.
    private(set) var everywhere = 0
    private(set) var constant = 0
    /// How deep the counts in it are nested.
    private(set) var depth = 0

    /// A number that does not fit.
    struct TooLarge: Error {}

    init(constant: Int) { self.constant = constant }

    /// The count of the positions where a variable has one of the values that are marked.
    init(counting holds: [Bool], of variable: VariableNumber, depth: Int) {
        numbers[variable] = holds.map { $0 ? 1 : 0 }
        self.depth = depth
    }

    /// The number of positions.
    static func positions(depth: Int) -> LinearCount {
        var count = LinearCount(constant: 0)
        count.everywhere = 1
        count.depth = depth
        return count
    }

    var isConstant: Bool { numbers.isEmpty && everywhere == 0 }

    func adding(_ other: LinearCount, times factor: Int) throws(TooLarge) -> LinearCount {
        var result = self
        result.everywhere = try Self.sum(everywhere, other.everywhere, factor)
        result.constant = try Self.sum(constant, other.constant, factor)
        for (variable, added) in other.numbers {
            var sums = result.numbers[variable] ?? [Int](repeating: 0, count: added.count)
            for index in sums.indices { sums[index] = try Self.sum(sums[index], added[index], factor) }
            result.numbers[variable] = sums.allSatisfy { $0 == 0 } ? nil : sums
        }
        result.depth = max(depth, other.depth)
        return result
    }

    private static func sum(_ a: Int, _ b: Int, _ factor: Int) throws(TooLarge) -> Int {
        let (product, isTooLarge) = b.multipliedReportingOverflow(by: factor)
        let (sum, isTooLargeAsWell) = a.addingReportingOverflow(product)
        guard !isTooLarge, !isTooLargeAsWell, abs(Double(sum)) < 0x1p53 else { throw TooLarge() }
        return sum
    }

    /// The same sign with the smallest whole numbers, the first of them positive; whether the sign was turned for that.
    var normalised: (read: BalanceRead, isTurned: Bool) {
        let order = numbers.keys.sorted()
        let all = order.flatMap { numbers[$0] ?? [] } + [everywhere, constant]
        let divisor = all.reduce(0) { Self.greatestDivisor($0, abs($1)) }
        let isTurned = all.first { $0 != 0 }.map { $0 < 0 } ?? false
        let unit = Double(max(divisor, 1)) * (isTurned ? -1 : 1)
        let read = BalanceRead(
            terms: order.map { source in
                .init(source: source, numbers: (numbers[source] ?? []).map { Double($0) / unit })
            },
            everywhere: Double(everywhere) / unit, constant: Double(constant) / unit)
        return (read, isTurned)
    }

    private static func greatestDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
