/// Which side of a selector a variable is read on.
enum Side: Comparable {
    case key
    case query
}

/// A variable as a selector reads it: at the key position or at the query position.
struct SidedVariable: Hashable, Comparable, Sendable {
    let number: VariableNumber
    let side: Side

    /// One variable's sides lie next to each other, the key first.
    static func < (a: SidedVariable, b: SidedVariable) -> Bool {
        (a.number, a.side) < (b.number, b.side)
    }
}
