/// What a hidden unit is for, as far as it decides how noise in what the unit reads reaches what it writes.
enum UnitRole {
    /// The unit reads nothing but BOS, whose direction is exact: it passes no noise on.
    case exact
    /// The unit passes on the number that it reads, with all its noise.
    case linear
    /// The unit is 1 where the one direction that is set is among those that it reads. No two such units of a table
    /// read or write the same direction, so that their noise is handed on without being summed twice.
    case partition
    /// The unit is 1 where some conditions all hold. Elsewhere its argument is at most `-tolerance`, so that noise
    /// below the tolerance is cut to exactly zero. Of the exclusive ones that write to a direction at most one is 1 at
    /// a time.
    case leaf(tolerance: Double, isExclusive: Bool)
    /// The unit passes on a number of at most `size` where some conditions all hold. Elsewhere its argument is at most
    /// `-tolerance`, so that noise below the tolerance is cut to exactly zero; of different cases one holds at a time.
    case gated(tolerance: Double, size: Double)
    /// One of the two units of a step. Together they are exactly 0 or 1 as long as the noise of the argument does not
    /// reach the slope between them.
    case step(StepRole)

    /// The role of a unit that serves two purposes at once: the one that promises less.
    func merged(with other: UnitRole) -> UnitRole {
        switch (self, other) {
        case (.exact, _): return other
        case (_, .exact): return self
        case (.partition, .partition): return .partition
        case (.partition, .leaf), (.leaf, .partition): return .leaf(tolerance: 0, isExclusive: true)
        case (.leaf(let a, let x), .leaf(let b, let y)): return .leaf(tolerance: min(a, b), isExclusive: x && y)
        case (.step(let a), .step(let b)): return .step(a.merged(with: b))
        default: return .linear
        }
    }
}

/// How far the argument of a step stays from the slope.
struct StepRole {
    /// Distance of the nearest argument from the slope where the step's gate is open.
    var tolerance: Double
    /// The largest size of the one scalar next to the slope; nil where the argument sums several.
    var edge: Double?
    /// Distance from the slope where the gate is closed; infinite without a gate.
    var closedTolerance = Double.infinity
    /// The largest argument, which is what the rounding of sums goes by.
    var reach: Double
    /// Whether both units round alike whatever the number that they read, so that they cancel exactly even in fp32
    /// sums.
    var isExact: Bool
    /// Which case of the other inputs opens the step's gate; of different cases one holds at a time.
    var gate: Int?
    /// The second unit takes back what the first writes; the noise of both is counted once, at the first.
    var isSecond: Bool

    func merged(with other: StepRole) -> StepRole {
        var result = self
        result.tolerance = min(tolerance, other.tolerance)
        result.closedTolerance = min(closedTolerance, other.closedTolerance)
        result.reach = max(reach, other.reach)
        result.isExact = isExact && other.isExact
        if gate != other.gate { result.gate = nil }
        if let own = edge, let edge = other.edge { result.edge = max(own, edge) } else { result.edge = nil }
        return result
    }
}
