/// The Swift spelling of the language: the same graph, built with operators and functions.
///
/// ```swift
/// let opens = select(tokens, constant("("), .equal)
/// let depth = selectorWidth(opens && before) - selectorWidth(closes && before)
/// ```
public let tokens = SOp(.tokens(.asIs))
public let indices = SOp(.indices)

public func constant(_ atom: Atom) -> SOp { SOp(.constant(atom)) }

/// `predicate(key, query)` decides each entry: row i, column j is `predicate(keys[j], queries[i])`.
public func select(_ keys: SOp, _ queries: SOp, _ predicate: Predicate) -> Selector {
    Selector(keys: keys, queries: queries, predicate)
}

public func select(_ keys: SOp, _ query: Atom, _ predicate: Predicate) -> Selector {
    Selector(keys: keys, queries: constant(query), predicate)
}

public func select(_ key: Atom, _ queries: SOp, _ predicate: Predicate) -> Selector {
    Selector(keys: constant(key), queries: queries, predicate)
}

/// Any finite predicate: `select(tokens, tokens) { key, query in key != query }`.
public func select(
    _ keys: SOp, _ queries: SOp, named name: String = "predicate",
    where holds: @escaping @Sendable (_ key: Atom, _ query: Atom) throws -> Bool
) -> Selector {
    Selector(keys: keys, queries: queries, Predicate(name, holds: holds))
}

/// Every position attends everywhere.
public func selectAll() -> Selector { Selector(.constant(true)) }

/// The mean of the selected values per row; a single one is taken over unchanged.
///
/// - Parameters:
///   - selector: which values each row takes.
///   - values: what is averaged, and has to be numbers where a row selects several different ones.
///   - defaultValue: the value of a row that selects nothing; nil leaves it undefined.
public func aggregate(_ selector: Selector, _ values: SOp, default defaultValue: Atom? = nil) -> SOp {
    SOp(.aggregate(selector, values, defaultValue: defaultValue, .mean))
}

/// The sum of the selected values per row, 0 for an empty row.
public func sum(_ selector: Selector, _ values: SOp) -> SOp {
    SOp(.aggregate(selector, values, defaultValue: 0, .sum))
}

/// The value at one of the selected positions of each row, of whatever kind it is.
///
/// - Parameters:
///   - selector: which positions each row can take.
///   - values: what is taken.
///   - defaultValue: the value of a row that selects nothing; nil leaves it undefined.
///   - occurrence: which of the selected positions it is.
public func pick(
    _ selector: Selector, _ values: SOp, default defaultValue: Atom? = nil, _ occurrence: Occurrence
) -> SOp {
    SOp(.aggregate(selector, values, defaultValue: defaultValue, .pick(occurrence)))
}

/// The number of selected columns per row.
public func selectorWidth(_ selector: Selector) -> SOp { SOp(.selectorWidth(selector)) }

/// An arbitrary function of one s-op; nil leaves a position undefined.
public func map(_ values: SOp, named name: String = "map", _ function: @escaping @Sendable (Atom) throws -> Atom?)
    -> SOp
{
    SOp(.elementwise(ElementwiseFunction(name) { try function($0[0]) }, [values]))
}

/// An arbitrary function of two s-ops, position by position.
public func sequenceMap(
    _ a: SOp, _ b: SOp, named name: String = "sequence_map",
    _ function: @escaping @Sendable (Atom, Atom) throws -> Atom?
) -> SOp {
    SOp(.elementwise(ElementwiseFunction(name) { try function($0[0], $0[1]) }, [a, b]))
}

/// An arbitrary function of any number of s-ops, position by position.
public func sequenceMap(
    _ inputs: [SOp], named name: String = "sequence_map", _ function: @escaping @Sendable ([Atom]) throws -> Atom?
) -> SOp {
    SOp(.elementwise(ElementwiseFunction(name, apply: function), inputs))
}

extension SOp {
    /// The same s-op with an encoding annotation for the compiler.
    public func encoded(_ encoding: Encoding) -> SOp { SOp(operation, span: span, encoding: encoding) }
}
