/// A lazily evaluated square boolean matrix: entry (row i, column j) says whether query position i attends to key
/// position j.
public final class Selector: Hashable, @unchecked Sendable {
    public enum Operation: Sendable {
        /// Entry (i, j) is `predicate(keys[j], queries[i])`; an undefined key or query selects nothing.
        case select(keys: SOp, queries: SOp, Predicate)
        case constant(Bool)
        case and(Selector, Selector)
        case or(Selector, Selector)
        case not(Selector)
    }

    /// Written once, at creation; see `SOp.operation`.
    public internal(set) var operation: Operation
    public let span: SourceSpan?

    public init(_ operation: Operation, span: SourceSpan? = nil) {
        self.operation = operation
        self.span = span
    }

    public convenience init(keys: SOp, queries: SOp, _ predicate: Predicate, span: SourceSpan? = nil) {
        self.init(.select(keys: keys, queries: queries, predicate), span: span)
    }

    deinit {
        var teardown = Teardown()
        teardown.take(&operation)
        teardown.drain()
    }

    public static func == (a: Selector, b: Selector) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// What decides an entry of a base selector.
public struct Predicate: Sendable {
    public let name: String
    /// Set for the six comparisons, `key comparison query`; nil for an arbitrary predicate.
    public let comparison: Comparison?
    public let holds: @Sendable (_ key: Atom, _ query: Atom) throws -> Bool

    public init(_ name: String, holds: @escaping @Sendable (_ key: Atom, _ query: Atom) throws -> Bool) {
        self.name = name
        comparison = nil
        self.holds = holds
    }

    public init(_ comparison: Comparison) {
        name = comparison.rawValue
        self.comparison = comparison
        holds = { try comparison.holds($0, $1) }
    }

    public static let equal = Predicate(.equal)
    public static let notEqual = Predicate(.notEqual)
    public static let less = Predicate(.less)
    public static let lessOrEqual = Predicate(.lessOrEqual)
    public static let greater = Predicate(.greater)
    public static let greaterOrEqual = Predicate(.greaterOrEqual)
    public static let always = Predicate("true") { _, _ in true }
    public static let never = Predicate("false") { _, _ in false }
}
