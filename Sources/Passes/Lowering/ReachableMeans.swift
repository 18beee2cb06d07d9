import RASP

/// Which numbers the mean (or sum) of up to n values out of a set can be.
///
/// A number is an interval of doubles. Sums of integers are exact, and a mean of them is one double; sums of fractions
/// differ in their last digits with the order of summation, which the input decides.
enum ReachableMeans {
    typealias Interval = ClosedRange<Double>

    /// Every sum of k values divided by k, 1 <= k <= n, in ascending order; nil when there are more than `limit`.
    static func list(of values: [Interval], upTo n: Int, limit: Int) -> [Interval]? {
        let distinct = merged(values)
        let scales = Scales(values)
        var means = distinct
        var sums = distinct
        for count in stride(from: 2, through: n, by: 1) {
            guard let next = adding(distinct, to: sums, limit: limit) else { return nil }
            sums = next
            let divisor = Double(count)
            means += sums.map { scales.rounded($0.lowerBound / divisor...$0.upperBound / divisor) }
            if means.count > 4 * limit { means = merged(means) }
            guard means.count <= 4 * limit else { return nil }
        }
        means = merged(means)
        return means.count <= limit ? means : nil
    }

    /// Every sum of exactly n values, in ascending order.
    static func sums(of values: [Interval], upTo n: Int, limit: Int) -> [Interval]? {
        let distinct = merged(values)
        var sums: [Interval] = [0...0]
        for _ in 0..<n {
            guard let next = adding(distinct, to: sums, limit: limit) else { return nil }
            sums = next
        }
        let scales = Scales(values)
        return merged(sums.map(scales.rounded))
    }

    private static func adding(_ values: [Interval], to sums: [Interval], limit: Int) -> [Interval]? {
        guard sums.count * values.count <= 64 * limit else { return nil }
        var all: [Interval] = []
        all.reserveCapacity(sums.count * values.count)
        for value in values { all += sums.map { $0.lowerBound + value.lowerBound...$0.upperBound + value.upperBound } }
        let result = merged(all)
        return result.count <= limit ? result : nil
    }

    /// The interpreter takes sums that are within rounding of a fraction for it; what it holds for rounding depends on
    /// the largest of the terms.
    private struct Scales {
        private let least: Double
        private let most: Double
        private let areIntegers: Bool

        init(_ values: [Interval]) {
            let magnitudes = values.flatMap { [abs($0.lowerBound), abs($0.upperBound)] }.filter { $0 > 0 }
            least = magnitudes.min() ?? 0
            most = magnitudes.max() ?? 0
            areIntegers = values.allSatisfy { Int(exactly: $0.lowerBound) != nil && $0.lowerBound == $0.upperBound }
        }

        func rounded(_ interval: Interval) -> Interval {
            if areIntegers { return interval }
            let ends = [interval.lowerBound, interval.upperBound].flatMap { end in
                [least, most].map { NearestFraction.of(end, scale: $0) }
            }
            return (ends.min() ?? interval.lowerBound)...(ends.max() ?? interval.upperBound)
        }
    }

    /// Sorted, with numbers that differ by rounding only taken as one.
    static func merged(_ numbers: [Interval]) -> [Interval] {
        let largest = numbers.reduce(0) { max($0, abs($1.lowerBound), abs($1.upperBound)) }
        var result: [Interval] = []
        for number in numbers.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, number.lowerBound - last.upperBound <= 1e-12 * largest {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, number.upperBound)
            } else {
                result.append(number)
            }
        }
        return result
    }
}
