extension Evaluating {
    func prefix(_ symbol: PrefixOperator, _ value: Value, at span: SourceSpan) throws -> Value {
        switch (symbol, value) {
        case (.not, .selector(let selector)): return try makeSelector(.not(selector), at: span)
        case (.not, .sop(let sop)): return try makeSOp(.elementwise(.not, [sop]), at: span)
        case (.not, _): return .atom(.bool(!value.isTruthy))
        case (_, .sop(let sop)):
            return try makeSOp(.elementwise(symbol == .minus ? .negate : .plus, [sop]), at: span)
        case (_, .atom(let atom)):
            return .atom(
                try convert(at: span) { try symbol == .minus ? Arithmetic.negate(atom) : Arithmetic.plus(atom) })
        default:
            throw error(.type, "prefix \(symbol.rawValue) is not defined on \(value.described)", at: span)
        }
    }

    func round(_ value: Value, at span: SourceSpan) throws -> Value {
        switch value {
        case .sop(let sop): return try makeSOp(.elementwise(.round, [sop]), at: span)
        case .atom(let atom): return .atom(try convert(at: span) { try Arithmetic.round(atom) })
        default: throw error(.type, "round needs a number or s-op, not \(value.described)", at: span)
        }
    }

    func binary(_ symbol: BinaryOperator, _ left: Value, _ right: Value, at span: SourceSpan) throws -> Value {
        switch symbol {
        case .in: return try membership(left, right, at: span)
        case .and, .or: return try logical(symbol, left, right, at: span)
        default: break
        }
        switch (left, right) {
        case (.selector, _), (_, .selector):
            throw error(
                .type, "\(symbol.rawValue) is not defined on selectors", at: span,
                notes: ["combine selectors with and, or, not"],
                transcript: .ignored("Cannot apply \(symbol.rawValue) to selector(s)"))
        case (.sop, _), (_, .sop):
            if left.isUndefined || right.isUndefined {
                throw error(
                    .type, "\(symbol.rawValue) with None gives no value anywhere", at: span,
                    notes: ["defined(x) says where x has a value"])
            }
            let a = try operand(left, "the left side of \(symbol.rawValue) beside an s-op", at: span)
            let b = try operand(right, "the right side of \(symbol.rawValue) beside an s-op", at: span)
            return try makeSOp(.elementwise(symbol.function, [a, b]), at: span)
        case (.atom(let a), .atom(let b)):
            guard let result = try convert(at: span, { try symbol.function.apply([a, b]) }) else {
                return .sop(Library.undefined)
            }
            if case .string(let text) = result { try charge(text.utf8.count, at: span) }
            return .atom(result)
        default:
            if let comparison = symbol.comparison { return try compare(comparison, left, right, at: span) }
            return try listArithmetic(symbol, left, right, at: span)
        }
    }

    private func logical(_ symbol: BinaryOperator, _ left: Value, _ right: Value, at span: SourceSpan) throws -> Value {
        switch (left, right) {
        case (.selector(let a), .selector(let b)):
            return try makeSelector(symbol == .and ? .and(a, b) : .or(a, b), at: span)
        case (.selector, _), (_, .selector):
            throw error(
                .type, "\(symbol.rawValue) combines two selectors or none: \(left.described), \(right.described)",
                at: span,
                transcript: .ignored("Cannot apply and/or between selector and non-selector"))
        case (.sop, _), (_, .sop):
            let a = try operand(left, "the left side of \(symbol.rawValue) beside an s-op", at: span)
            let b = try operand(right, "the right side of \(symbol.rawValue) beside an s-op", at: span)
            return try makeSOp(.elementwise(symbol == .and ? .and : .or, [a, b]), at: span)
        default:
            return left.isTruthy == (symbol == .and) ? right : left
        }
    }

    private func listArithmetic(
        _ symbol: BinaryOperator, _ left: Value, _ right: Value, at span: SourceSpan
    ) throws -> Value {
        switch symbol {
        case .plus:
            if let a = listItems(left), let b = listItems(right) {
                try checkLength(a.count + b.count, at: span)
                return try makeList(a + b, at: span)
            }
        case .times:
            if let items = listItems(left), case .atom(let atom) = right, let count = atom.integerValue {
                return try repeated(items, count, at: span)
            }
            if let items = listItems(right), case .atom(let atom) = left, let count = atom.integerValue {
                return try repeated(items, count, at: span)
            }
        default: break
        }
        throw error(
            .type, "\(symbol.rawValue) is not defined between \(left.described) and \(right.described)", at: span,
            transcript: Self.hostMessage(symbol, left, right))
    }

    private static func hostMessage(_ symbol: BinaryOperator, _ left: Value, _ right: Value) -> TranscriptText {
        if symbol == .plus, case .list = left {
            return .host("can only concatenate list (not \"\(right.hostKind)\") to list")
        }
        let spelling = symbol == .power ? "** or pow()" : symbol.rawValue
        return .host("unsupported operand type(s) for \(spelling): '\(left.hostKind)' and '\(right.hostKind)'")
    }

    private func repeated(_ items: [Value], _ count: Int, at span: SourceSpan) throws -> Value {
        guard count > 0, !items.isEmpty else { return try makeList([], at: span) }
        let (total, overflow) = items.count.multipliedReportingOverflow(by: count)
        try checkLength(overflow ? .max / 64 : total, at: span)
        return try makeList(Array(repeatElement(items, count: count).joined()), at: span)
    }
}

extension Value {
    /// The kind's name in the reference's host language.
    var hostKind: String {
        switch self {
        case .atom(let atom): atom.hostKind
        case .list: "list"
        case .dict: "dict"
        default: kindName
        }
    }
}

extension BinaryOperator {
    var function: ElementwiseFunction {
        switch self {
        case .power: .power
        case .times: .multiply
        case .divide: .divide
        case .floorDivide: .floorDivide
        case .modulo: .modulo
        case .plus: .add
        case .minus: .subtract
        case .equal: .compare(.equal)
        case .notEqual: .compare(.notEqual)
        case .less: .compare(.less)
        case .lessOrEqual: .compare(.lessOrEqual)
        case .greater: .compare(.greater)
        case .greaterOrEqual: .compare(.greaterOrEqual)
        case .and: .and
        case .or: .or
        case .in: preconditionFailure("membership is no elementwise function of two values")
        }
    }
}
