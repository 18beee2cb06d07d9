/// Which numbers the mean (or sum) of up to n values out of a set can be.
enum ReachableMeans {
    /// Every sum of k values divided by k, 1 <= k <= n, in ascending order; nil when there are more than `limit`.
    static func list(of values: [Double], upTo n: Int, limit: Int) -> [Double]? {
        let distinct = merged(values)
        var means: [Double] = distinct
        var sums = distinct
        for count in stride(from: 2, through: n, by: 1) {
            guard let next = adding(distinct, to: sums, limit: limit) else { return nil }
            sums = next
            means += sums.map { $0 / Double(count) }
            if means.count > 4 * limit { means = merged(means) }
            guard means.count <= 4 * limit else { return nil }
        }
        means = merged(means)
        return means.count <= limit ? means : nil
    }

    /// Every sum of exactly n values, in ascending order.
    static func sums(of values: [Double], upTo n: Int, limit: Int) -> [Double]? {
        let distinct = merged(values)
        var sums = [0.0]
        for _ in 0..<n {
            guard let next = adding(distinct, to: sums, limit: limit) else { return nil }
            sums = next
        }
        return sums
    }

    static func inserting(_ number: Double, into list: [Double]) -> [Double] { merged(list + [number]) }

    private static func adding(_ values: [Double], to sums: [Double], limit: Int) -> [Double]? {
        guard sums.count * values.count <= 64 * limit else { return nil }
        var all: [Double] = []
        all.reserveCapacity(sums.count * values.count)
        for value in values { all += sums.map { $0 + value } }
        let result = merged(all)
        return result.count <= limit ? result : nil
    }

    /// Sorted, with numbers that differ by rounding only taken as one.
    static func merged(_ numbers: [Double]) -> [Double] {
        var result: [Double] = []
        for number in numbers.sorted() {
            if let last = result.last, number - last <= 1e-12 * max(abs(number), abs(last), 1) { continue }
            result.append(number)
        }
        return result
    }
}
