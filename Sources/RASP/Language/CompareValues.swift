extension Evaluating {
    /// Comparison of values of which at least one is neither atom nor s-op nor selector.
    func compare(_ comparison: Comparison, _ left: Value, _ right: Value, at span: SourceSpan) throws -> Value {
        switch comparison {
        case .equal: return .atom(.bool(try areEqual(left, right, at: span)))
        case .notEqual: return .atom(.bool(try !areEqual(left, right, at: span)))
        default:
            guard let a = listItems(left), let b = listItems(right) else {
                throw error(.type, "there is no order between \(left.described) and \(right.described)", at: span)
            }
            for (x, y) in zip(a, b) where try !areEqual(x, y, at: span) {
                try step(at: span)
                if case .atom(let p) = x, case .atom(let q) = y {
                    return .atom(.bool(try convert(at: span) { try comparison.holds(p, q) }))
                }
                return try compare(comparison, x, y, at: span)
            }
            return .atom(.bool(try comparison.holds(.int(a.count), .int(b.count))))
        }
    }

    /// Structural on atoms, lists and dictionaries; identity on functions. An s-op inside a list cannot be compared:
    /// whether it equals something depends on the input.
    func areEqual(_ left: Value, _ right: Value, at span: SourceSpan) throws -> Bool {
        try step(at: span)
        switch (left, right) {
        case (.sop(let a), .sop(let b)) where a === b: return true
        case (.selector(let a), .selector(let b)) where a === b: return true
        case (.sop, _), (_, .sop), (.selector, _), (_, .selector):
            throw error(.type, "an s-op or selector inside a list or dictionary cannot be compared", at: span)
        case (.atom(let a), .atom(let b)): return a == b
        case (.function(let a), .function(let b)): return a === b
        case (.dict(let a), .dict(let b)):
            guard a.entries.count == b.entries.count else { return false }
            for (key, value) in a.entries {
                guard let other = b.entries[key], try areEqual(value, other, at: span) else { return false }
            }
            return true
        default:
            guard let a = listItems(left), let b = listItems(right) else { return false }
            guard a.count == b.count else { return false }
            for (x, y) in zip(a, b) where try !areEqual(x, y, at: span) { return false }
            return true
        }
    }

    func membership(_ left: Value, _ right: Value, at span: SourceSpan) throws -> Value {
        if let items = listItems(right) {
            let atoms = try items.map { item in
                guard case .atom(let atom) = item else {
                    throw error(.type, "in needs a list of atoms; this one holds \(item.described)", at: span)
                }
                return atom
            }
            switch left {
            case .atom(let atom): return .atom(.bool(atoms.contains(atom)))
            case .sop(let sop):
                let set = Set(atoms)
                return try makeSOp(.elementwise(.unary("in") { .bool(set.contains($0)) }, [sop]), at: span)
            default: break
            }
        } else if case .atom(let atom) = left, case .sop(let sop) = right {
            // An attention operation: the full average of "equals x", compared with zero.
            let equals = try makeSOp(.elementwise(.compare(.equal), [sop, SOp(.constant(atom))]), at: span)
            guard case .sop(let equal) = equals,
                case .sop(let hit) = try makeSOp(.elementwise(.indicator, [equal]), at: span),
                case .selector(let all) = try makeSelector(.constant(true), at: span),
                case .sop(let mean) = try makeSOp(.aggregate(all, hit, defaultValue: .int(0), .mean), at: span)
            else { preconditionFailure("node constructors give nodes of their own kind") }
            return try makeSOp(.elementwise(.compare(.greater), [mean, SOp(.constant(.int(0)))]), at: span)
        }
        throw error(
            .type, "in is not defined between \(left.described) and \(right.described)", at: span,
            notes: ["x in y needs an s-op or atom on the left, a list of atoms or, for an atom, an s-op on the right"],
            transcript: .ignored("\"[atom] in X\" expects X to be list or s-op, but got: \(display.inline(right))"))
    }
}
