extension Parser {
    mutating func primary() throws -> Expression {
        let start = token
        switch start.kind {
        case .integer:
            advance()
            guard let value = Int(text(start)) else {
                throw fail(
                    .overflow, "the integer \(text(start).prefix(60)) does not fit in 64 bits", at: span(start.range))
            }
            return Expression(kind: .literal(.int(value)), span: span(start.range))
        case .float:
            advance()
            let digits = text(start)
            if digits.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
                strictly("a number has no exponent", at: span(start.range))
            }
            guard let value = Double(digits), value.isFinite || !digits.utf8.contains(UInt8(ascii: "e")) else {
                throw fail(.overflow, "the number \(digits.prefix(60)) is too large for a float", at: span(start.range))
            }
            return Expression(kind: .literal(.float(value)), span: span(start.range))
        case .string:
            advance()
            var inner = start.range.lowerBound + 1..<start.range.upperBound
            // An unclosed string, reported by the lexer, has no closing quote to leave out.
            let last = inner.isEmpty ? 0 : file.bytes[inner.upperBound - 1]
            if last == UInt8(ascii: "\"") || last == UInt8(ascii: "'") {
                inner = inner.lowerBound..<inner.upperBound - 1
            }
            return Expression(kind: .literal(.string(file.text(inner))), span: span(start.range))
        case .identifier:
            if next.is(.openParenthesis), let result = try fused(text(start)) { return result }
            advance()
            return Expression(kind: .name(text(start)), span: span(start.range))
        case .keyword(.round), .keyword(.indicator):
            advance()
            try expect(.openParenthesis, "after \(text(start))")
            let operand = try expression()
            try expect(.closeParenthesis, "to close \(text(start))(...)")
            let kind: Expression.Kind = start.is(.round) ? .round(operand) : .indicator(operand)
            return Expression(kind: kind, span: span(from: start.range.lowerBound))
        case .symbol(.openParenthesis):
            advance()
            var inner = try expression()
            if token.is(.comma) {
                throw fail(
                    .syntax, "parentheses hold one expression", at: span(token.range), notes: ["write a list: [a, b]"])
            }
            try expect(.closeParenthesis, "to close the parenthesis")
            inner.isParenthesized = true
            inner.span = span(from: start.range.lowerBound)
            return inner
        case .symbol(.openBracket): return try list()
        case .symbol(.openBrace): return try dict()
        default: throw unexpected("an expression")
        }
    }

    /// The primitives whose parenthesis is part of the word; nil when the word is none of them.
    private mutating func fused(_ word: String) throws -> Expression? {
        guard Self.primitives.contains(word) else { return nil }
        let start = token.range
        if next.range.lowerBound != start.upperBound {
            strictly("no space is allowed between \(word) and (", at: span(start))
        }
        advance()
        advance()
        let kind: Expression.Kind
        switch word {
        case "select":
            let keys = try expression()
            try expect(.comma, "after the keys of select")
            let queries = try expression()
            try expect(.comma, "before the comparison of select")
            guard case .symbol(let symbol) = token.kind, let comparison = symbol.comparison else {
                throw unexpected("a comparison (==, !=, <, <=, >, >=)")
            }
            advance()
            kind = .select(keys: keys, queries: queries, comparison)
        case "aggregate":
            let selector = try expression()
            try expect(.comma, "after the selector of aggregate")
            let values = try expression()
            kind = .aggregate(selector, values, default: take(.comma) ? try expression() : nil)
        case "range": kind = .range(try expressions())
        case "zip": kind = .zip(try expressions())
        default: kind = .len(try expression())
        }
        try expect(.closeParenthesis, "to close \(word)(...)")
        return Expression(kind: kind, span: span(from: start.lowerBound))
    }

    private mutating func list() throws -> Expression {
        let start = token.range.lowerBound
        advance()
        if take(.closeBracket) { return Expression(kind: .list([]), span: span(from: start)) }
        let first = try expression()
        let kind: Expression.Kind
        if token.is(.for) {
            kind = .listComprehension(first, try iteration())
        } else {
            var items = [first]
            while take(.comma) { items.append(try expression()) }
            kind = .list(items)
        }
        try expect(.closeBracket, "to close the list")
        return Expression(kind: kind, span: span(from: start))
    }

    private mutating func dict() throws -> Expression {
        let start = token.range.lowerBound
        advance()
        if take(.closeBrace) { return Expression(kind: .dict([]), span: span(from: start)) }
        let first = try pair()
        let kind: Expression.Kind
        if token.is(.for) {
            kind = .dictComprehension(first, try iteration())
        } else {
            var pairs = [first]
            while take(.comma) { pairs.append(try pair()) }
            kind = .dict(pairs)
        }
        try expect(.closeBrace, "to close the dictionary")
        return Expression(kind: kind, span: span(from: start))
    }

    private mutating func pair() throws -> Expression.Pair {
        let key = try expression()
        try expect(.colon, "between key and value")
        return .init(key: key, value: try expression())
    }

    /// `for names in expr`
    mutating func iteration() throws -> Expression.Iteration {
        try expect(.for, "")
        let names = try names("a name to iterate with")
        try expect(.in, "after the names")
        return .init(names: names, container: try expression())
    }

    mutating func names(_ what: String) throws -> [Name] {
        var result: [Name] = []
        repeat {
            guard token.kind == .identifier else { throw unexpected(what) }
            result.append(Name(text: text(token), span: span(token.range)))
            advance()
        } while take(.comma)
        return result
    }
}
