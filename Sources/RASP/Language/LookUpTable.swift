/// A list or dictionary that s-ops look values up in, one variable for each level that it is nested.
indirect enum LookUpTable: Sendable {
    /// nil: undefined.
    case value(Atom?)
    case list([LookUpTable])
    case dict([Atom: LookUpTable])

    /// The element that an atom names.
    func element(_ key: Atom) throws -> LookUpTable {
        switch self {
        case .value(let atom):
            throw ValueError("there is no table to look up in but \(atom?.described ?? "None")", code: .type)
        case .list(let items):
            guard let position = key.integerValue else {
                throw ValueError("a position must be an integer, not \(key.described)", code: .type)
            }
            return try Evaluating.element(items, position)
        case .dict(let entries):
            guard let element = entries[key] else {
                throw ValueError(
                    "the dictionary has no key \(key.described)", code: .value,
                    transcript: .ignored("index [ \(key.described) ] not in dict."))
            }
            return element
        }
    }
}

extension Evaluating {
    /// One index, or as many of those that follow as a nested table has levels.
    func index(
        _ base: Value, _ index: Expression, _ span: SourceSpan, _ rest: inout ArraySlice<Expression.Postfix>,
        from start: SourceSpan
    ) throws -> Value {
        let first = try evaluate(index)
        switch (base, first) {
        case (.dict, .sop), (.list, .sop), (.applied, .sop), (.atom(.string), .sop):
            var (indices, end) = ([first], span)
            while indices.count < base.depth,
                case .index(let next, let place, _)? = rest.first
            {
                rest.removeFirst()
                indices.append(try evaluate(next))
                end = place
            }
            return try lookUp(base, indices, at: start.union(end))
        default: return try self.index(base, first, at: start.union(span), indexSpan: index.span)
        }
    }

    /// The elements of a table at the values of several s-ops and atoms, position by position.
    func lookUp(_ base: Value, _ indices: [Value], at span: SourceSpan) throws -> Value {
        guard indices.count >= base.depth else {
            throw error(
                .type,
                "looking up by an s-op needs atoms as elements; the table is nested \(base.depth) deep, and \(indices.count) of its levels are looked up",
                at: span, notes: ["write table[x, y] for a table of two variables"])
        }
        let table = try self.table(base, at: span)
        let operands = try indices.map { try operand($0, "an index beside an s-op", at: span) }
        let look = ElementwiseFunction("lookup") { keys in
            let found = try keys.reduce(table) { try $0.element($1) }
            guard case .value(let value) = found else {
                throw ValueError("looking up by an s-op needs atoms as elements; there is a table", code: .type)
            }
            return value
        }
        return try makeSOp(.elementwise(look, operands), at: span)
    }

    private func table(_ value: Value, at span: SourceSpan) throws -> LookUpTable {
        try step(at: span)
        if case .dict(let dict) = value {
            return .dict(
                try Dictionary(uniqueKeysWithValues: dict.entries.map { ($0.key, try element($0.value, at: span)) }))
        }
        if case .atom(.string(let text)) = value {
            return .list(text.unicodeScalars.map { .value(.string(String($0))) })
        }
        guard let items = listItems(value) else {
            throw error(.type, "\(value.described) cannot be indexed", at: span)
        }
        return .list(try items.map { try element($0, at: span) })
    }

    private func element(_ value: Value, at span: SourceSpan) throws -> LookUpTable {
        if let atom = value.atomOrUndefined { return .value(atom) }
        switch value {
        case .list, .dict, .applied: return try table(value, at: span)
        default:
            throw error(
                .type, "looking up by an s-op needs atoms as elements; there is \(value.described)", at: span)
        }
    }
}
