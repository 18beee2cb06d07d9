/// "Did you mean": the known name nearest to one that is not known.
public enum Suggestion {
    /// The nearest of `names`, or nil where none is near enough to be a slip of the hand.
    ///
    /// Near is at most a third of the name's length away, or 2 edits (1 in a name of up to three letters), and leaves
    /// something of the name; the last component of a dotted key or of a path counts too, so that `learning.student` or
    /// a bare `betas` find their way.
    public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().prefix(200))
        var best: (name: String, distance: Int)?
        for candidate in names {
            var distance = edits(wanted, Array(candidate))
            if let last = candidate.split(whereSeparator: { $0 == "." || $0 == "/" }).last, last.count < candidate.count
            {
                // One more than a whole-path match of the same distance, so that a full match wins.
                distance = min(distance, edits(wanted, Array(last)) + 1)
            }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        let most = max(wanted.count > 3 ? 2 : 1, wanted.count / 3)
        guard let best, best.distance <= most, best.distance < wanted.count else { return nil }
        return best.name
    }

    /// Damerau-Levenshtein distance in its restricted form: insertions, deletions, replacements, neighbours swapped.
    static func edits(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast = [Int]()
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in 0..<b.count {
                row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
