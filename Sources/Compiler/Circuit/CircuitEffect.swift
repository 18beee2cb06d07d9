import RASP

/// How often and how much exchanging something changes a program's output.
public struct CircuitEffect: Sendable, Hashable {
    /// How many pairs were run.
    public private(set) var pairs = 0
    /// In how many of them the output changed at any position.
    public private(set) var changed = 0
    /// In how many it changed at the last position.
    public private(set) var changedAtEnd = 0
    private var total = 0.0

    /// The share of pairs in which the output changed.
    public var fraction: Double { pairs == 0 ? 0 : Double(changed) / Double(pairs) }
    /// The mean over pairs of the mean change at a position: the difference where both outputs are numbers, otherwise 1
    /// for another output and 0 for the same.
    public var size: Double { pairs == 0 ? 0 : total / Double(pairs) }

    public init() {}

    /// Counts a pair in which the output became another one, or stayed.
    mutating func add(_ before: [Atom?], _ after: [Atom?]) {
        pairs += 1
        let changes = zip(before, after).map { before, after -> Double in
            if CompiledModel.agree(before, after) { return 0 }
            guard let old = before?.doubleValue, let new = after?.doubleValue else { return 1 }
            return abs(new - old)
        }
        if changes.contains(where: { $0 != 0 }) { changed += 1 }
        if changes.last ?? 0 != 0 { changedAtEnd += 1 }
        total += changes.reduce(0, +) / Double(max(changes.count, 1))
    }

    /// Adds what was found on later pairs.
    mutating func add(_ later: CircuitEffect) {
        pairs += later.pairs
        changed += later.changed
        changedAtEnd += later.changedAtEnd
        total += later.total
    }
}
