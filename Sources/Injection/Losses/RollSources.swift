/// Which row lends its complement to which in the roll over packed sequences of different lengths.
///
/// The paper rolls a padded batch `[B, T, D]` by one along the batch: row `p` of sequence `b` takes the complement of
/// row `p` of sequence `b - 1`. Packed sequences have no padding, so rows are counted from an anchor in each sequence;
/// where the sequence before has no such row its predecessor is asked, and so on around the batch; only where no other
/// sequence has one does the row nearest to it lend. A row is never its own donor unless the batch has a single
/// sequence.
package enum RollSources {
    /// The donor row of every row of the packed batch; -1 marks rows that are left as they are.
    ///
    /// - Parameters:
    ///   - starts: first row of each packed sequence, and the total at the end (`count + 1` values).
    ///   - anchors: for each leading sequence the offset of the token that lies over the others' anchors; the sequences
    ///     behind these (plain text) pass through.
    ///   - contexts: how many tokens stand before each sequence's prompt, which pass through too.
    ///   - first: the first token of a sequence that takes part.
    package static func rows(starts: [Int], anchors: [Int], contexts: [Int], from first: Int = 0) -> [Int] {
        precondition(anchors.count < starts.count, "more rolled sequences than packed ones")
        var sources = [Int](repeating: -1, count: starts.last ?? 0)
        for sequence in anchors.indices {
            for row in (starts[sequence]..<starts[sequence + 1]).dropFirst(max(contexts[sequence], first)) {
                let place = row - starts[sequence] - anchors[sequence]
                sources[row] =
                    donor(for: sequence, place: place, starts: starts, anchors: anchors, from: first) ?? row
            }
        }
        return sources
    }

    /// The row at `place`, counted from the anchor, of the nearest sequence before that has one; else the row that is
    /// nearest to it.
    private static func donor(
        for sequence: Int, place: Int, starts: [Int], anchors: [Int], from first: Int
    ) -> Int? {
        var nearest: (row: Int, distance: Int)?
        for step in 1..<max(anchors.count, 1) {
            let other = (sequence + anchors.count - step) % anchors.count
            guard starts[other] + first < starts[other + 1] else { continue }
            let wanted = starts[other] + anchors[other] + place
            let row = min(max(wanted, starts[other] + first), starts[other + 1] - 1)
            if row == wanted { return row }
            let distance = abs(row - wanted)
            if distance < nearest?.distance ?? .max { nearest = (row, distance) }
        }
        return nearest?.row
    }
}
