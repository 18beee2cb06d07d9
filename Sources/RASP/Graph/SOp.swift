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
public enum Reduction: Hashable, Sendable {
    case mean, sum
    /// One of them, of whatever kind it is.
    case pick(Occurrence)
}

/// Which of several selected positions is meant.
public enum Occurrence: String, Sendable, CaseIterable {
    case first, last
    /// The one nearest to the row's own position, the earlier of two that are equally near.
    case closest
}

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
    /// The value for defined operands; nil leaves it undefined.
    public let apply: @Sendable ([Atom]) throws -> Atom?
    /// The value where some operands are undefined, which most functions are then themselves.
    private let applyToUndefined: (@Sendable ([Atom?]) throws -> Atom?)?

    /// - Parameters:
    ///   - name: as reports and pictures call it.
    ///   - apply: is asked for defined operands only. Where an operand is undefined, so is the result.
    public init(_ name: String, apply: @escaping @Sendable ([Atom]) throws -> Atom?) {
        self.name = name
        self.apply = apply
        applyToUndefined = nil
    }

    private init(_ name: String, ofUndefinedToo apply: @escaping @Sendable ([Atom?]) throws -> Atom?) {
        self.name = name
        self.apply = { try apply($0) }
        applyToUndefined = apply
    }

    /// A function that can have a value where an operand is undefined.
    public static func ofUndefinedToo(
        _ name: String, apply: @escaping @Sendable ([Atom?]) throws -> Atom?
    ) -> ElementwiseFunction {
        ElementwiseFunction(name, ofUndefinedToo: apply)
    }

    /// Whether undefined operands need not make the result undefined.
    public var acceptsUndefined: Bool { applyToUndefined != nil }

    /// The value for operands of which some are undefined.
    public func applyToUndefined(_ operands: [Atom?]) throws -> Atom? { try applyToUndefined?(operands) ?? nil }
}
