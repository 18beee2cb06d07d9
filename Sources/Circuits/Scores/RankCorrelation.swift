/// Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing the mean of theirs (Spearman, 1904).
public enum RankCorrelation {
    /// - Returns: nil where one of the two does not vary.
    public static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
        precondition(x.count == y.count, "\(x.count) numbers beside \(y.count)")
        let (x, y) = (ranks(x), ranks(y))
        // Ranks run from 0 to n - 1 and ties keep their sum, so that both means are the same.
        let mean = Double(x.count - 1) / 2
        func product(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        }
        let scale = (product(x, x) * product(y, y)).squareRoot()
        return scale > 0 ? product(x, y) / scale : nil
    }

    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: 0.0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
            start = end
        }
        return ranks
    }
}
