extension RankedItems {
    /// Average precision: the sum over thresholds of (recall gained) x (precision there). Items with equal scores pass a
    /// threshold together, as in scikit-learn's `average_precision_score`. nil where no item is true.
    public var averagePrecision: Double? {
        guard positives > 0 else { return nil }
        var (found, taken, sum) = (0, 0, 0.0)
        for tie in ties {
            found += tie.positives
            taken += tie.count
            sum += Double(tie.positives) / Double(positives) * Double(found) / Double(taken)
        }
        return sum
    }
}
