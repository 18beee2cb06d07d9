import Foundation

/// The kinds of sequence of the language: every evaluated sequence is of exactly one.
public enum SequenceKind: String, Sendable {
    case strings, bools, ints, floats
    /// Tuples. Only programs that are built in Swift have them.
    case tuples

    /// Booleans are tolerated among integers; a mixture of numbers counts as floats. Undefined values fit any kind.
    ///
    /// - Returns: nil when kinds are mixed.
    public static func of(_ values: [Atom?]) -> SequenceKind? {
        guard case .kind(let kind) = classify(values) else { return nil }
        return kind
    }

    private enum Classification {
        case kind(SequenceKind)
        case clash(first: Int, second: Int)
    }

    private static func classify(_ values: [Atom?]) -> Classification {
        var kind: SequenceKind?
        var witness = 0
        for (position, value) in values.enumerated() {
            guard let value else { continue }
            let own: SequenceKind =
                switch value {
                case .bool: .bools
                case .int: .ints
                case .float: .floats
                case .string: .strings
                case .tuple: .tuples
                }
            guard let current = kind, current != own else {
                kind = own
                continue
            }
            if let joined = join(current, own) {
                kind = joined
            } else {
                return .clash(first: witness, second: position)
            }
            witness = position
        }
        return .kind(kind ?? .ints)
    }

    private static func join(_ a: SequenceKind, _ b: SequenceKind) -> SequenceKind? {
        let numbers: Set<SequenceKind> = [.bools, .ints, .floats]
        guard numbers.contains(a), numbers.contains(b) else { return nil }
        return a == .floats || b == .floats ? .floats : .ints
    }

    /// Refuses an s-op's values where they mix kinds.
    static func check(_ values: [Atom?], of sop: SOp, input: [Atom]) throws {
        guard case .clash(let first, let second) = classify(values), let a = values[first], let b = values[second]
        else {
            return
        }
        let listed = values.map { ($0 ?? .int(0)).quoted }.joined(separator: ", ")
        // The reference holds what it computes in tuples, and the input itself in a list.
        var brackets = (open: "(", close: ")")
        if case .tokens = sop.operation { brackets = ("[", "]") }
        throw RASPError(
            .type,
            "the sequence mixes \(a.kindName) \(a.described) (position \(first), token \(input[first].described))"
                + " with \(b.kindName) \(b.described) (position \(second), token \(input[second].described))",
            at: sop.span, fixIt: addedDefault(sop),
            notes: [
                "every s-op holds values of one kind; an aggregate whose row is empty gives its default, 0 unless stated (None leaves it undefined)"
            ],
            transcript: .ignored(
                "attempted to create sequence with vals of different types:\n\t\t \(brackets.open)\(listed)\(brackets.close)"
            ))
    }

    /// `None` as the default of an aggregate that has none, and gives 0 among strings where it selects nothing.
    private static func addedDefault(_ sop: SOp) -> Diagnostic.FixIt? {
        guard case .aggregate(_, _, .int(0)?, .mean) = sop.operation, let span = sop.span else { return nil }
        let text = span.text
        guard text.hasPrefix("aggregate"), text.hasSuffix(")"), !text.contains(/,\s*0\s*\)$/) else { return nil }
        let end = span.range.upperBound - 1
        return Diagnostic.FixIt(
            "write , None before the closing parenthesis, or another default",
            span: SourceSpan(file: span.file, range: end..<end), replacement: ", None")
    }
}

extension TokenConversion {
    /// Python's conversions: `int("007")` is 7, `int(2.9)` is 2, `bool("False")` is true.
    ///
    /// - Throws: `ValueError` for text that is no number.
    public func convert(_ atom: Atom) throws -> Atom {
        switch self {
        case .asIs: return atom
        case .string: return .string(atom.description)
        case .bool: return .bool(atom.isTruthy)
        case .int:
            if let integer = atom.integerValue { return .int(integer) }
            if case .float(let value) = atom {
                guard let integer = Int(exactly: value.rounded(.towardZero)) else {
                    throw ValueError("\(rawValue): \(atom.described) does not fit in 64 bits", code: .overflow)
                }
                return .int(integer)
            }
            if case .string(let text) = atom, let value = Self.integer(text) { return .int(value) }
            throw ValueError("\(rawValue): \(atom.described) is not an integer", code: .value)
        case .float:
            if let value = atom.doubleValue { return .float(value) }
            if case .string(let text) = atom, let value = Double(Self.stripped(text)) { return .float(value) }
            throw ValueError("\(rawValue): \(atom.described) is not a number", code: .value)
        }
    }

    private static func stripped(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
    private static func integer(_ text: String) -> Int? { Int(stripped(text)) }
}
