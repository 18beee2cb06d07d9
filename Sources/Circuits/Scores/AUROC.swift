extension RankedItems {
    /// The area under the receiver operating characteristic: how likely a true item has a higher score than a false one,
    /// equal scores counting one half (Mann and Whitney, 1947). nil where all items are true, or none.
    public var auroc: Double? {
        guard positives > 0, negatives > 0 else { return nil }
        var (before, wins) = (0, 0.0)
        for tie in ties {
            // Every negative behind the tie loses against its positives.
            let behind = negatives - before - tie.negatives
            wins += Double(tie.positives) * (Double(behind) + Double(tie.negatives) / 2)
            before += tie.negatives
        }
        return wins / (Double(positives) * Double(negatives))
    }
}
