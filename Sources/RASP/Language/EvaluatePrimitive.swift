extension Evaluating {
    func select(_ keys: Expression, _ queries: Expression, _ comparison: Comparison, at span: SourceSpan) throws
        -> Value
    {
        let key = try evaluate(keys)
        let query = try evaluate(queries)
        if case .atom(let k) = key, case .atom(let q) = query {
            return try makeSelector(.constant(try convert(at: span) { try comparison.holds(k, q) }), at: span)
        }
        let k = try operand(key, "the keys of select", at: keys.span)
        let q = try operand(query, "the queries of select", at: queries.span)
        return try makeSelector(.select(keys: k, queries: q, Predicate(comparison)), at: span)
    }

    func aggregate(
        _ selector: Expression, _ values: Expression, _ defaultValue: Expression?, at span: SourceSpan
    ) throws -> Value {
        let selectorValue = try evaluate(selector)
        guard case .selector(let matrix) = selectorValue else {
            throw error(
                .type, "aggregate needs a selector first, not \(selectorValue.described)", at: selector.span,
                transcript: .ignored("Expected selector, got: \(display.inline(selectorValue))"))
        }
        let sequence = try operand(try evaluate(values), "the values of aggregate", at: values.span)
        var fallback: Atom? = .int(0)
        if let defaultValue {
            let value = try evaluate(defaultValue)
            guard let atom = value.atomOrUndefined else {
                throw error(
                    .type, "the default of aggregate must be an atom, not \(value.described)", at: defaultValue.span,
                    transcript: .ignored("Expected atom, got: \(value.kindName)"))
            }
            fallback = atom
        }
        return try makeSOp(.aggregate(matrix, sequence, defaultValue: fallback, .mean), at: span)
    }

    func range(_ arguments: [Expression], at span: SourceSpan) throws -> Value {
        guard (1...3).contains(arguments.count) else {
            throw error(.arity, "range takes one to three integers, not \(arguments.count)", at: span)
        }
        let numbers = try arguments.map { argument in
            let value = try evaluate(argument)
            guard case .atom(let atom) = value, let number = atom.integerValue else {
                throw error(
                    .type, "range needs integers, not \(value.described)", at: argument.span,
                    transcript: .ignored("range expects all integer inputs, but got: [\(display.inline(value))]"))
            }
            return number
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let end = numbers.count > 1 ? numbers[1] : numbers[0]
        let stride = numbers.count > 2 ? numbers[2] : 1
        guard stride != 0 else { throw error(.value, "range cannot step by 0", at: span) }
        let distance = end.subtractingReportingOverflow(start)
        guard !distance.overflow else { throw error(.limit, "the range is too long", at: span) }
        guard distance.partialValue != 0, (distance.partialValue > 0) == (stride > 0) else {
            return try makeList([], at: span)
        }
        let steps = distance.partialValue.magnitude
        let count = (steps - 1) / stride.magnitude + 1
        try checkLength(Int(min(count, UInt(Int.max / 64))), at: span)
        return try makeList((0..<Int(count)).map { .int(start + $0 * stride) }, at: span)
    }

    func zipped(_ arguments: [Expression], at span: SourceSpan) throws -> Value {
        let lists = try arguments.map { argument in
            let value = try evaluate(argument)
            guard let items = listItems(value) else {
                throw error(.type, "zip needs lists, not \(value.described)", at: argument.span)
            }
            return items
        }
        guard let count = lists.first?.count, lists.allSatisfy({ $0.count == count }) else {
            throw error(
                .type,
                "zip needs lists of one length; these have \(lists.map { String($0.count) }.joined(separator: ", "))",
                at: span)
        }
        try checkLength(count * (lists.count + 2), at: span)
        return try makeList(try (0..<count).map { row in try makeList(lists.map { $0[row] }, at: span) }, at: span)
    }

    func index(_ base: Value, _ index: Value, at span: SourceSpan, indexSpan: SourceSpan) throws -> Value {
        switch (base, index) {
        case (.sop(let sop), .atom(let atom)):
            guard let position = atom.integerValue else {
                throw error(.type, "a position must be an integer, not \(index.described)", at: indexSpan)
            }
            return try value(of: sop, at: position, span)
        case (.sop, .sop):
            throw error(
                .value, "an s-op is indexed by a number, which names one position for all rows", at: span,
                notes: ["gather with aggregate(select(indices, position, ==), values)"],
                transcript: .ignored("index into sequence has to be integer, got: \(display.inline(index))"))
        case (.dict(let dict), .atom(let key)):
            guard let value = dict.entries[key] else {
                throw error(
                    .value, "the dictionary has no key \(key.described)", at: indexSpan,
                    transcript: .ignored("index [ \(key.described) ] not in dict."))
            }
            return value
        default: break
        }
        let items: [Value]
        if let list = listItems(base) {
            items = list
        } else if case .atom(.string(let text)) = base {
            items = text.unicodeScalars.map { .atom(.string(String($0))) }
        } else {
            throw error(.type, "\(base.described) cannot be indexed", at: span)
        }
        switch index {
        case .atom(let atom):
            guard let position = atom.integerValue else {
                throw error(.type, "a position must be an integer, not \(index.described)", at: indexSpan)
            }
            return try convert(at: indexSpan) { try Self.element(items, position) }
        default: throw error(.type, "a position must be an integer, not \(index.described)", at: indexSpan)
        }
    }

    static func element<Element>(_ items: [Element], _ position: Int) throws -> Element {
        guard position < items.count, position >= -items.count else {
            throw ValueError(
                "position \(position) is outside a sequence of \(items.count)", code: .value,
                transcript: .ignored("index \(position) out of range for list of length \(items.count)"))
        }
        return items[position < 0 ? position + items.count : position]
    }

    /// The s-op's value at one position, handed to all positions by one attention head.
    private func value(of sop: SOp, at position: Int, _ span: SourceSpan) throws -> Value {
        var location = SOp(.constant(.int(position)))
        if position < 0 {
            // Counted from the end by whatever `length` means here.
            let length = try operand(try lookUp("length", at: span), "length", at: span)
            guard
                case .sop(let sum) = try makeSOp(
                    .elementwise(.add, [length, SOp(.constant(.int(position)))]), at: span)
            else { preconditionFailure("makeSOp gives an s-op") }
            location = sum
        }
        guard case .sop(let indices)? = base.lookUp("indices"),
            case .selector(let there) = try makeSelector(
                .select(keys: indices, queries: location, .equal), at: span)
        else { preconditionFailure("indices is an s-op of every base scope") }
        return try makeSOp(.aggregate(there, sop, defaultValue: .int(0), .mean), at: span)
    }
}
