/// The language's library for programs built in Swift; each says what its namesake in the language does.

/// The input's length, at every position.
public var length: SOp { selectorWidth(selectAll()) }

/// Moves values `places` to the right (left when negative), the filler coming in from the side.
public func shift(_ values: SOp, by places: Int, filler: Atom) -> SOp {
    aggregate(select(indices, indices - places, .equal), values, default: filler)
}

/// The values in ascending order of `key`; values with equal keys stay in their order.
public func sorted(_ values: SOp, by key: SOp) -> SOp {
    let before = select(key, key, .less) || (select(key, key, .equal) && select(indices, indices, .less))
    return aggregate(select(selectorWidth(before), indices, .equal), values)
}

/// Which occurrence of its value each position holds, 0 for the first.
public func occurrence(_ values: SOp) -> SOp {
    selectorWidth(select(values, values, .equal) && select(indices, indices, .less))
}

/// Where `values` first hold the row's value of `query`.
public func firsts(of query: SOp, in values: SOp, default defaultValue: Atom = -1) -> SOp {
    pick(select(values, query, .equal), indices, default: defaultValue, .first)
}

/// Where `values` last hold the row's value of `query`; under a causal mask, up to the row's own position.
public func lasts(of query: SOp, in values: SOp, default defaultValue: Atom = -1) -> SOp {
    pick(select(values, query, .equal), indices, default: defaultValue, .last)
}

/// The value at the position that `index` names, row by row.
public func indexSelect(_ values: SOp, _ index: SOp, default defaultValue: Atom? = nil) -> SOp {
    aggregate(select(indices, index, .equal), values, default: defaultValue)
}

/// What stood `offset` places after the first earlier occurrence of the row's value of `query`: an induction head.
public func induct(_ values: SOp, on query: SOp, offset: Int = 1, default defaultValue: Atom? = nil) -> SOp {
    let matches = select(values, query, .equal) && select(indices, indices - offset, .lessOrEqual)
    let place = pick(matches, indices, default: .int(-1 - offset), .first) + offset
    return indexSelect(values, place, default: defaultValue)
}

/// The greatest of the candidates that is selected among `values`; others are passed over. It takes one attention head
/// for each candidate.
public func maximum(_ selector: Selector, _ values: SOp, among candidates: [Atom], default defaultValue: Atom) throws
    -> SOp
{
    try extreme(selector, values, candidates.sorted { try Comparison.less.holds($0, $1) }, defaultValue)
}

/// The least of the candidates that is selected among `values`; others are passed over. It takes one attention head for
/// each candidate.
public func minimum(_ selector: Selector, _ values: SOp, among candidates: [Atom], default defaultValue: Atom) throws
    -> SOp
{
    try extreme(selector, values, candidates.sorted { try Comparison.greater.holds($0, $1) }, defaultValue)
}

/// The last of the candidates that is selected.
private func extreme(_ selector: Selector, _ values: SOp, _ candidates: [Atom], _ defaultValue: Atom) throws -> SOp {
    candidates.reduce(constant(defaultValue)) { result, candidate in
        let isThere = aggregate(selector && select(values, candidate, .equal), constant(1), default: 0) .> 0
        return choose(isThere, candidate, else: result)
    }
}
