extension Parser {
    /// `expr = cond { "in" cond }`
    mutating func expression() throws -> Expression {
        try nested { parser in
            try parser.chain({ $0.is(.in) ? .in : nil }, operand: { try $0.conditional() })
        }
    }

    mutating func expressions() throws -> [Expression] {
        var result = [try expression()]
        while take(.comma) { result.append(try expression()) }
        return result
    }

    /// `cond = logic { "if" expr "else" logic }`
    private mutating func conditional() throws -> Expression {
        let start = token.range.lowerBound
        let first = try logic()
        var branches: [Expression.Branch] = []
        while take(.if) {
            let condition = try expression()
            try expect(.else, "after the condition")
            branches.append(.init(condition: condition, otherwise: try logic()))
        }
        guard !branches.isEmpty else { return first }
        let result = Expression(kind: .conditional(first, branches), span: span(from: start))
        lintConditional(result)
        return result
    }

    private mutating func logic() throws -> Expression {
        try chain({ $0.is(.and) ? .and : $0.is(.or) ? .or : nil }, operand: { try $0.comparison() })
    }

    private mutating func comparison() throws -> Expression {
        try chain(
            { token in
                guard case .symbol(let symbol) = token.kind, let comparison = symbol.comparison else { return nil }
                return BinaryOperator(rawValue: comparison.rawValue)
            }, operand: { try $0.sum() })
    }

    private mutating func sum() throws -> Expression {
        try chain({ $0.is(.plus) ? .plus : $0.is(.minus) ? .minus : nil }, operand: { try $0.remainder() })
    }

    private mutating func remainder() throws -> Expression {
        try chain({ $0.is(.modulo) ? .modulo : nil }, operand: { try $0.product() })
    }

    private mutating func product() throws -> Expression {
        try chain(
            { $0.is(.times) ? .times : $0.is(.divide) ? .divide : $0.is(.floorDivide) ? .floorDivide : nil },
            operand: { try $0.power() })
    }

    private mutating func power() throws -> Expression {
        try chain({ $0.is(.power) ? .power : nil }, operand: { try $0.unary() })
    }

    /// One precedence level, left-associative.
    private mutating func chain(
        _ symbol: (Token) -> BinaryOperator?, operand: (inout Parser) throws -> Expression
    ) throws -> Expression {
        let start = token.range.lowerBound
        let first = try operand(&self)
        var links: [Expression.Link] = []
        while let binary = symbol(token) {
            let place = span(token.range)
            if binary == .notEqual { strictly("!= is allowed in select(...) only", at: place) }
            if binary == .floorDivide { strictly("// is no operator", at: place) }
            advance()
            links.append(.init(symbol: binary, symbolSpan: place, operand: try operand(&self)))
        }
        guard !links.isEmpty else { return first }
        let result = Expression(kind: .chain(first, links), span: span(from: start))
        lintChain(first, links)
        return result
    }

    private mutating func unary() throws -> Expression {
        let start = token.range.lowerBound
        var operators: [PrefixOperator] = []
        while true {
            if take(.not) {
                operators.append(.not)
            } else if take(.minus) {
                operators.append(.minus)
            } else if take(.plus) {
                operators.append(.plus)
            } else {
                break
            }
        }
        let operand = try postfix()
        return operators.isEmpty ? operand : Expression(kind: .prefix(operators, operand), span: span(from: start))
    }

    private mutating func postfix() throws -> Expression {
        let start = token.range.lowerBound
        let base = try primary()
        var parts: [Expression.Postfix] = []
        while true {
            let partStart = token.range.lowerBound
            if take(.openBracket) {
                let index = try expression()
                if token.is(.colon) {
                    throw fail(.syntax, "there are no slices", at: span(token.range), notes: ["index single positions"])
                }
                // A table of several variables: d[x, y] is d[x][y].
                var indices = [index]
                if token.is(.comma) { strictly("an index is one expression", at: span(token.range)) }
                while take(.comma) { indices.append(try expression()) }
                try expect(.closeBracket, "to close the index")
                parts += indices.enumerated().map { .index($1, span(partStart..<previousEnd), isFurther: $0 > 0) }
            } else if take(.openParenthesis) {
                let arguments = token.is(.closeParenthesis) ? [] : try expressions()
                try expect(.closeParenthesis, "to close the arguments")
                parts.append(.call(arguments, span(partStart..<previousEnd)))
            } else {
                break
            }
        }
        return parts.isEmpty ? base : Expression(kind: .postfix(base, parts), span: span(from: start))
    }
}
