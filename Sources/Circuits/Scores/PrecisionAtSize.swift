extension RankedItems {
    /// The share of true items among as many as are true, with the highest scores. Where equal scores lie on both sides
    /// of the limit, the mean over all ways to choose among them. nil where no item is true.
    public var precisionAtSize: Double? {
        guard positives > 0 else { return nil }
        var (left, found) = (positives, 0.0)
        for tie in ties where left > 0 {
            let taken = min(left, tie.count)
            found += Double(tie.positives) * Double(taken) / Double(tie.count)
            left -= taken
        }
        return found / Double(positives)
    }
}
