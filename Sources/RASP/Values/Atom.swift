/// One element of a sequence: what s-ops carry from position to position.
///
/// Atoms follow Python's numeric tower, as the RASP language does: `true == 1 == 1.0`, and the three hash alike, so
/// that any of them finds the same dictionary entry. Strings compare by Unicode scalar, never by grapheme or
/// canonical equivalence.
public enum Atom: Sendable {
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    /// A pair or longer tuple. The language has no syntax for it; the Swift DSL uses it for intermediate values.
    indirect case tuple([Atom])
}

extension Atom: Hashable {
    public static func == (left: Atom, right: Atom) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): return a == b
        case (.string(let a), .string(let b)): return scalarsEqual(a, b)
        case (.bool(let a), .bool(let b)): return a == b
        case (.float(let a), .float(let b)): return a == b
        case (.tuple(let a), .tuple(let b)): return a == b
        case (.string, _), (_, .string), (.tuple, _), (_, .tuple): return false
        case (.float(let a), let b): return Int(exactly: a) == b.integerValue && b.integerValue != nil
        case (let a, .float(let b)): return Int(exactly: b) == a.integerValue && a.integerValue != nil
        case (let a, let b): return a.integerValue == b.integerValue
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value ? 1 : 0)
        case .int(let value): hasher.combine(value)
        case .float(let value):
            if let integer = Int(exactly: value) { hasher.combine(integer) } else { hasher.combine(value) }
        case .string(let value):
            // The string's own hash would merge canonically equivalent spellings; equality here does not.
            var value = value
            value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .tuple(let items): hasher.combine(items)
        }
    }

    /// Equality by Unicode scalar: Swift's own `==` treats a composed and a decomposed "é" as equal.
    static func scalarsEqual(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}

extension Atom {
    /// A number as an integer where it is one, otherwise as a float.
    public init(number: Double) { self = Int(exactly: number).map(Atom.int) ?? .float(number) }

    /// The value of a boolean or integer atom, nil for every other kind.
    public var integerValue: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): value
        default: nil
        }
    }

    /// The value of a numeric atom as a double (integers beyond 2^53 are rounded), nil for strings and tuples.
    public var doubleValue: Double? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): Double(value)
        case .float(let value): value
        default: nil
        }
    }

    public var isNumeric: Bool {
        switch self {
        case .bool, .int, .float: true
        case .string, .tuple: false
        }
    }

    /// Python's truth: zero, the empty string and the empty tuple are false.
    public var isTruthy: Bool {
        switch self {
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .tuple(let items): !items.isEmpty
        }
    }

    /// The kind of atom in the words of diagnostics.
    public var kindName: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "string"
        case .tuple: "tuple"
        }
    }

    /// Three-way ordering: numbers by value, strings by Unicode scalar, tuples lexicographically.
    ///
    /// - Throws: `ValueError` for kinds that have no order between them (a string and a number).
    /// - Returns: negative, zero or positive; nil when a NaN is involved, where every comparison is false.
    public static func order(_ left: Atom, _ right: Atom) throws -> Int? {
        switch (left, right) {
        case (.int(let a), .int(let b)): return a < b ? -1 : (a == b ? 0 : 1)
        case (.string(let a), .string(let b)):
            // UTF-8 preserves scalar order.
            if a.utf8.elementsEqual(b.utf8) { return 0 }
            return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        case (.tuple(let a), .tuple(let b)):
            for (x, y) in zip(a, b) where x != y { return try order(x, y) }
            return a.count - b.count
        default:
            guard left.isNumeric, right.isNumeric else {
                throw ValueError(
                    "there is no order between \(left.described) and \(right.described)", code: .type)
            }
            if let a = left.integerValue, let b = right.integerValue { return a < b ? -1 : (a == b ? 0 : 1) }
            guard let a = left.doubleValue, let b = right.doubleValue, !a.isNaN, !b.isNaN else { return nil }
            if left == right { return 0 }
            return a < b ? -1 : (a > b ? 1 : orderNearTie(left, right))
        }
    }

    /// An integer and a double that round to the same double but differ (beyond 2^53): compared as integers.
    private static func orderNearTie(_ left: Atom, _ right: Atom) -> Int {
        func exact(_ atom: Atom) -> Int? { if case .float(let d) = atom { Int(exactly: d) } else { atom.integerValue } }
        if let a = exact(left), let b = exact(right) { return a < b ? -1 : 1 }
        // Only a double just outside Int's range can tie with an integer without having an exact Int value.
        if case .float = left { return 1 }
        return -1
    }
}

extension Atom: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral
{
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
