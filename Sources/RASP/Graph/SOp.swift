/// How the input tokens are converted on entry.
public enum TokenConversion: String, Sendable, CaseIterable {
    case asIs = "tokens_asis"
    case string = "tokens_str"
    case int = "tokens_int"
    case float = "tokens_float"
    case bool = "tokens_bool"
}

/// How an s-op is to be laid out in a residual stream: one direction per value, or one direction holding the number.
public enum Encoding: String, Sendable, CaseIterable { case categorical, numerical }

/// How an aggregate combines several selected values.
public enum Reduction: String, Sendable { case mean, sum }

/// A node of a program: a lazily evaluated function from an input sequence to a sequence of atoms of the same length.
///
/// Nodes are immutable and compared by identity; a program is the directed acyclic graph that its output reaches.
public final class SOp: Hashable, @unchecked Sendable {
    public enum Operation: Sendable {
        case tokens(TokenConversion)
        /// 0 ... n-1
        case indices
        /// The same atom at every position.
        case constant(Atom)
        /// A function applied position by position.
        case elementwise(ElementwiseFunction, [SOp])
        /// Per row of the selector, the reduction of the selected values; an empty row gives the default, or an
        /// undefined value where there is none.
        case aggregate(Selector, SOp, defaultValue: Atom?, Reduction)
        /// Per row of the selector, the number of selected columns.
        case selectorWidth(Selector)
    }

    /// Written once, at creation; `deinit` empties it to take long chains apart without recursion.
    public internal(set) var operation: Operation
    /// Where the program text builds this node, when it came from text.
    public let span: SourceSpan?
    public let encoding: Encoding?

    public init(_ operation: Operation, span: SourceSpan? = nil, encoding: Encoding? = nil) {
        self.operation = operation
        self.span = span
        self.encoding = encoding
    }

    deinit {
        var teardown = Teardown()
        teardown.take(&operation)
        teardown.drain()
    }

    public static func == (a: SOp, b: SOp) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A function of several atoms, one from each input s-op at the same position.
public struct ElementwiseFunction: Sendable {
    /// Spelled as in the language where it has a spelling (`+`, `==`, `if`), else a name for reports.
    public let name: String
    public let apply: @Sendable ([Atom]) throws -> Atom

    public init(_ name: String, apply: @escaping @Sendable ([Atom]) throws -> Atom) {
        self.name = name
        self.apply = apply
    }
}
