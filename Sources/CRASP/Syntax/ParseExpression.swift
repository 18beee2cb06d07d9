import Basics
import RASP

/// Expressions, loosest first: conditional, `or`, `and`, `not`, comparison, sum, product, `#` and minus.
extension Parser {
    /// Reads what is nested one level deeper.
    private mutating func nested(_ body: (inout Parser) throws(Broken) -> Int) throws(Broken) -> Int {
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.nesting else {
            throw fail(
                "expressions are nested more than \(limits.nesting) deep here", code: .limit,
                notes: ["give inner expressions names of their own"])
        }
        return try body(&self)
    }

    /// `P ? C1 : C2`, or `C1 if P else C2`.
    mutating func expression() throws(Broken) -> Int {
        try nested { parser throws(Broken) in
            let first = try parser.disjunction()
            if parser.take(.question) {
                let chosen = try parser.expression()
                try parser.expect(.colon, "between the two sides of ?")
                let otherwise = try parser.expression()
                return parser.add(
                    .choose(condition: first, chosen, otherwise: otherwise),
                    parser.span(first).union(parser.span(otherwise)))
            }
            if parser.take(.if) {
                let condition = try parser.disjunction()
                try parser.expect(.else, "behind the condition")
                let otherwise = try parser.expression()
                return parser.add(
                    .choose(condition: condition, first, otherwise: otherwise),
                    parser.span(first).union(parser.span(otherwise)))
            }
            return first
        }
    }

    private mutating func disjunction() throws(Broken) -> Int {
        var left = try conjunction()
        while take(.or) {
            let right = try conjunction()
            left = add(.or(left, right), span(left).union(span(right)))
        }
        return left
    }

    private mutating func conjunction() throws(Broken) -> Int {
        var left = try negation()
        while take(.and) {
            let right = try negation()
            left = add(.and(left, right), span(left).union(span(right)))
        }
        return left
    }

    private mutating func negation() throws(Broken) -> Int {
        let start = token
        guard take(.not) else { return try comparison() }
        let operand = try nested { parser throws(Broken) in try parser.negation() }
        return add(.not(operand), span(start).union(span(operand)))
    }

    private static let comparisons: [Symbol: Comparison] = [
        .equal: .equal, .define: .equal, .notEqual: .notEqual, .less: .less, .lessOrEqual: .lessOrEqual,
        .greater: .greater, .greaterOrEqual: .greaterOrEqual,
    ]

    /// The comparison that is next, passed; papers write equality with one `=`.
    private mutating func takeComparison() -> Comparison? {
        guard case .symbol(let symbol) = token.kind, let comparison = Self.comparisons[symbol], text(token) != ":="
        else {
            return nil
        }
        advance()
        return comparison
    }

    private mutating func comparison() throws(Broken) -> Int {
        let left = try sum()
        guard let comparison = takeComparison() else { return left }
        let right = try sum()
        let place = span(left).union(span(right))
        if case .symbol(let symbol) = token.kind, Self.comparisons[symbol] != nil, text(token) != ":=" {
            throw fail("comparisons do not chain", notes: ["write a <= b and b <= c"])
        }
        return add(.compare(left, comparison, right), place)
    }

    private mutating func sum() throws(Broken) -> Int {
        var left = try product()
        while token.is(.plus) || token.is(.minus) {
            let isSum = advance().is(.plus)
            let right = try product()
            left = add(isSum ? .add(left, right) : .subtract(left, right), span(left).union(span(right)))
        }
        return left
    }

    private mutating func product() throws(Broken) -> Int {
        var left = try prefixed()
        while take(.times) {
            let right = try prefixed()
            left = add(.multiply(left, right), span(left).union(span(right)))
        }
        return left
    }

    /// `#P`, `#[…] P`, `-C`; the operand of a count may be negated without brackets: `# not P`.
    private mutating func prefixed() throws(Broken) -> Int {
        let start = token
        if take(.count) {
            // Papers write #[j <= i] Q_a(j); without a condition on it the position has no name of its own.
            let outer = position
            position = token.is(.openBracket) && Predefined.window(text(peek(1))) == nil ? "j" : nil
            let window = token.is(.openBracket) ? try self.window() : .all
            let operand = try nested { parser throws(Broken) in try parser.counted() }
            position = outer
            return add(.count(operand, window), span(start).union(span(operand)))
        }
        if take(.minus) {
            let operand = try nested { parser throws(Broken) in try parser.prefixed() }
            return add(.negate(operand), span(start).union(span(operand)))
        }
        return try primary()
    }

    private mutating func counted() throws(Broken) -> Int {
        let start = token
        guard take(.not) else { return try primary() }
        let operand = try nested { parser throws(Broken) in try parser.counted() }
        return add(.not(operand), span(start).union(span(operand)))
    }

    private mutating func primary() throws(Broken) -> Int {
        let start = token
        switch start.kind {
        case .integer:
            return add(.integer(try integer()), span(start))
        case .string:
            advance()
            return add(.token(contents(start)), span(start))
        case .symbol(.truth), .symbol(.falsity):
            advance()
            return add(.boolean(start.is(.truth)), span(start))
        case .symbol(.open):
            advance()
            let inner = try expression()
            try expect(.close, "to close the bracket")
            try skipPosition()
            return inner
        case .symbol(.minimum), .symbol(.maximum): return try extremum()
        case .name: return try named()
        case .symbol, .lineEnd, .endOfFile: throw fail("expected an expression, and found \(described(start))")
        }
    }

    private mutating func extremum() throws(Broken) -> Int {
        let start = advance()
        try expect(.open, "behind \(text(start))")
        let left = try expression()
        try expect(.comma, "between the two arguments")
        let right = try expression()
        let end = token
        try expect(.close, "to close the bracket")
        let place = span(start).union(span(end))
        return add(start.is(.minimum) ? .minimum(left, right) : .maximum(left, right), place)
    }

    /// A name, `Q_a` for a token, or a periodic predicate `i % 2 == 0`.
    private mutating func named() throws(Broken) -> Int {
        let start = advance()
        let name = text(start)
        if name == "i", token.is(.modulo) { return try periodic(start) }
        if name == "i" || name == "j" {
            throw fail(
                "\(name) is a position, which stands in i % m == r and inside #[…] only", at: span(start),
                notes: ["the number of positions so far is #true"])
        }
        var place = span(start)
        if name.begins(with: "Q_") {
            var symbol = String(name.unicodeScalars.dropFirst(2))
            if symbol.isEmpty, token.kind == .string, token.range.lowerBound == start.range.upperBound {
                symbol = contents(token)
                place = place.union(span(advance()))
            }
            try skipPosition()
            return add(.token(symbol), place)
        }
        if name == "NEXT_", token.kind == .string, token.range.lowerBound == start.range.upperBound {
            place = place.union(span(token))
            let next = contents(advance())
            try skipPosition()
            return add(.name(name + next), place)
        }
        try skipPosition()
        return add(.name(name), place)
    }

    private mutating func integer() throws(Broken) -> Int {
        let start = token
        guard start.kind == .integer else { throw fail("expected a whole number, and found \(described(start))") }
        guard let number = Int(text(start)) else {
            throw fail("this number is larger than \(Int.max)", code: .overflow)
        }
        advance()
        return number
    }

    /// `% modulus == residue`, behind the position.
    private mutating func periodic(_ start: Token) throws(Broken) -> Int {
        advance()
        let place = span(token)
        let modulus = try integer()
        guard (1...Self.farthest) ~= modulus else {
            throw fail("a period lies between 1 and \(Self.farthest)", at: place, code: .value)
        }
        let symbol = token
        guard let comparison = takeComparison(), comparison == .equal || comparison == .notEqual else {
            throw fail(
                "a remainder is compared with == or !=, and here stands \(described(symbol))", at: span(symbol),
                notes: ["name the remainders one by one: i % 3 == 1 or i % 3 == 2"])
        }
        let end = token
        let residue = try integer()
        guard residue < modulus else {
            throw fail("a remainder of \(modulus) is less than \(modulus)", at: span(end), code: .value)
        }
        return add(
            .periodic(modulus: modulus, residue: residue, isEqual: comparison == .equal),
            span(start).union(span(end)))
    }
}
