/// Which row lends its complement to which in the roll over packed sequences of different lengths.
///
/// The paper rolls a padded batch `[B, T, D]` by one along the batch: row `p` of sequence `b` takes the complement of row
/// `p` of sequence `b - 1`. Packed sequences have no padding, so where the sequence before is too short its predecessor is
/// asked, and so on around the batch; only where no other sequence reaches row `p` does the longest other one lend its last
/// row. A row is never its own donor unless the batch has a single sequence.
public enum RollSources {
    public enum Anchor: String, Sendable, CaseIterable {
        /// Row `p` counted from the sequence's first token, as in a batch padded on the right (the authors' program).
        case start
        /// Row `p` counted back from the last token, so that answers lie over answers.
        case end
    }

    /// The donor row of every row of the packed batch; -1 marks rows that are left as they are.
    ///
    /// - Parameters:
    ///   - starts: first row of each packed sequence, and the total at the end (`count + 1` values).
    ///   - sequences: how many leading sequences take part; the rest (plain text) passes through.
    public static func rows(starts: [Int], sequences: Int, anchor: Anchor) -> [Int] {
        precondition(sequences < starts.count, "more rolled sequences than packed ones")
        var sources = [Int](repeating: -1, count: starts.last ?? 0)
        let lengths = (0..<sequences).map { starts[$0 + 1] - starts[$0] }
        for sequence in 0..<sequences {
            for offset in 0..<lengths[sequence] {
                let donor = donorRow(
                    for: sequence, offset: offset, starts: starts, lengths: lengths)
                let row: Int
                switch anchor {
                case .start: row = starts[sequence] + offset
                case .end: row = starts[sequence + 1] - 1 - offset
                }
                switch anchor {
                case .start: sources[row] = starts[donor.sequence] + donor.offset
                case .end: sources[row] = starts[donor.sequence + 1] - 1 - donor.offset
                }
            }
        }
        return sources
    }

    private static func donorRow(
        for sequence: Int, offset: Int, starts: [Int], lengths: [Int]
    ) -> (sequence: Int, offset: Int) {
        let count = lengths.count
        var longest = sequence
        for step in 1..<max(count, 2) where count > 1 {
            let candidate = (sequence + count - step) % count
            if lengths[candidate] > offset { return (candidate, offset) }
            if longest == sequence || lengths[candidate] > lengths[longest] { longest = candidate }
        }
        return (longest, min(offset, max(lengths[longest] - 1, 0)))
    }
}
