extension Parser {
    mutating func program() {
        while !isAtEnd, output.diagnostics.count < options.limits.errors {
            boundaries.insert(position)
            if token.is(.closeBrace) {
                report(.syntax, "this } closes nothing", at: span(token.range))
                advance()
                continue
            }
            if token.is(.semicolon) {
                strictly("a stray ;", at: span(token.range))
                advance()
                continue
            }
            output.statements.append(recovering { try $0.unit() })
        }
        boundaries.insert(position)
    }

    /// A statement or, failing that, what names it would have bound; reading then stands after it.
    private mutating func recovering(_ body: (inout Parser) throws -> Statement) -> Statement {
        let start = position
        let depth = depth
        do { return try body(&self) } catch {
            self.depth = depth
            let bound = namesBound(from: start)
            recover(from: start)
            return Statement(kind: .broken(bound), span: span(from: tokens[start].range.lowerBound))
        }
    }

    private func namesBound(from start: Int) -> [String] {
        if tokens[start].is(.def) {
            let name = tokens[min(start + 1, tokens.count - 1)]
            return name.kind == .identifier ? [text(name)] : []
        }
        var names: [String] = []
        var index = start
        while index + 1 < tokens.count, tokens[index].kind == .identifier {
            names.append(text(tokens[index]))
            if tokens[index + 1].is(.assign) { return names }
            guard tokens[index + 1].is(.comma) else { return [] }
            index += 2
        }
        return []
    }

    /// Passes over the rest of a broken statement: to its `;`, to the end of its block, or to a line that begins
    /// with a word only statements begin with.
    private mutating func recover(from start: Int) {
        var open = 0
        for index in start..<position {
            if tokens[index].is(.openBrace) { open += 1 }
            if tokens[index].is(.closeBrace) { open = max(0, open - 1) }
        }
        while !isAtEnd {
            if token.is(.openBrace) { open += 1 }
            if token.is(.closeBrace) {
                if open == 0 { return }
                open -= 1
                if open == 0 {
                    advance()
                    return
                }
            }
            if open == 0 {
                if take(.semicolon) { return }
                if case .keyword(let word) = token.kind, word.startsStatement, position > start, isOnNewLine { return }
            }
            advance()
        }
    }

    var isOnNewLine: Bool {
        let gap = previousEnd..<token.range.lowerBound
        return file.bytes[gap].contains { $0 == 10 || $0 == 13 }
    }

    private mutating func unit() throws -> Statement {
        if let command = try command() { return command }
        return try statement()
    }

    private mutating func statement() throws -> Statement {
        let start = token.range.lowerBound
        let kind: Statement.Kind
        switch token.kind {
        case .keyword(.def): return try function()
        case .keyword(.for): return try loop()
        case .identifier where text(token) == "loop" && (next.kind == .identifier || next.kind == .integer):
            return try repetition()
        case .keyword(.return):
            throw fail(.syntax, "return stands only at the end of a function", at: span(token.range))
        case .keyword(.load):
            advance()
            guard token.kind == .string else { throw unexpected("the file name in double quotes") }
            let path = file.text(
                token.range.lowerBound + 1..<max(token.range.lowerBound + 1, token.range.upperBound - 1))
            advance()
            kind = .load(path)
        case .keyword(.draw):
            advance()
            try expect(.openParenthesis, "after draw")
            let drawn = try expression()
            let input = take(.comma) ? try expression() : nil
            try expect(.closeParenthesis, "to close draw(...)")
            kind = .draw(drawn, input: input)
        case .identifier where next.is(.assign) || next.is(.comma):
            let names = try names("a name to assign to")
            try expect(.assign, "after the names")
            kind = .assign(names, try expressions())
        default:
            let value = try expression()
            if token.is(.assign) {
                throw fail(
                    .syntax, "only names can be assigned to", at: value.span, notes: ["comparison is =="])
            }
            kind = .expression(value)
        }
        try endStatement()
        return Statement(kind: kind, span: span(from: start))
    }

    /// Reads the `;`. Where it is missing although the statement is over, that is reported, and reading goes on after
    /// the statement.
    private mutating func endStatement() throws {
        if take(.semicolon) { return }
        let place = span(previousEnd..<previousEnd)
        let fixIt = Diagnostic.FixIt("put a ; here", span: place, replacement: ";")
        if isAtEnd {
            output.isIncomplete = true
            throw fail(.incomplete, "the statement is not ended by ;", at: place, fixIt: fixIt)
        }
        let startsAnother: Bool = if case .keyword(let word) = token.kind { word.startsStatement } else { false }
        guard isOnNewLine && (startsAnother || canBeginStatement) || startsAnother || token.is(.closeBrace) else {
            throw unexpected("; after the statement")
        }
        report(.syntax, "the statement is not ended by ;", at: place, fixIt: fixIt)
    }

    private var canBeginStatement: Bool {
        switch token.kind {
        case .identifier, .integer, .float, .string: true
        case .keyword(let word): word.startsStatement || word == .for || word == .round || word == .indicator
        default: false
        }
    }

    /// The statements between `{` and `}`; for functions, `return` ends them.
    private mutating func body(until stop: (Token) -> Bool) -> [Statement] {
        var statements: [Statement] = []
        while !isAtEnd, !token.is(.closeBrace), !stop(token), output.diagnostics.count < options.limits.errors {
            boundaries.insert(position)
            if token.is(.semicolon) {
                strictly("a stray ;", at: span(token.range))
                advance()
                continue
            }
            if isCommand {
                report(.syntax, "commands stand at top level only", at: span(token.range))
                output.statements.append(recovering { try $0.command() ?? $0.statement() })
                continue
            }
            statements.append(recovering { try $0.statement() })
        }
        boundaries.insert(position)
        return statements
    }

    private mutating func function() throws -> Statement {
        let start = token.range.lowerBound
        advance()
        guard token.kind == .identifier else { throw unexpected("the function's name") }
        let name = Name(text: text(token), span: span(token.range))
        advance()
        try expect(.openParenthesis, "after the function's name")
        let parameters = token.is(.closeParenthesis) ? [] : try names("a parameter")
        try expect(.closeParenthesis, "to close the parameters")
        let declaration = try nested { parser in
            try parser.expect(.openBrace, "to open the function's body")
            let body = parser.body { $0.is(.return) }
            guard parser.take(.return) else {
                throw parser.unexpected("return, which every function ends with")
            }
            let results = try parser.expressions()
            try parser.endStatement()
            parser.boundaries.insert(parser.position)
            try parser.expect(.closeBrace, "to end the function after its return")
            return FunctionDeclaration(name: name, parameters: parameters, body: body, results: results)
        }
        takeStraySemicolon()
        return Statement(kind: .function(declaration), span: span(from: start))
    }

    private mutating func loop() throws -> Statement {
        let start = token.range.lowerBound
        let iteration = try iteration()
        let body = try loopBody()
        return Statement(kind: .loop(iteration, body: body), span: span(from: start))
    }

    /// `loop n { ... }`, `loop n until name { ... }`
    private mutating func repetition() throws -> Statement {
        let start = token.range.lowerBound
        strictly("loop is no statement", at: span(token.range))
        advance()
        let count = try expression()
        var halt: Name?
        if token.kind == .identifier, text(token) == "until" {
            advance()
            guard token.kind == .identifier else { throw unexpected("the name of the s-op that halts the loop") }
            halt = Name(text: text(token), span: span(token.range))
            advance()
        }
        let body = try loopBody()
        return Statement(kind: .repetition(count, until: halt, body: body), span: span(from: start))
    }

    private mutating func loopBody() throws -> [Statement] {
        let body = try nested { parser in
            try parser.expect(.openBrace, "to open the loop's body")
            let first = parser.position
            let body = parser.body { $0.is(.return) }
            if body.isEmpty, !parser.isAtEnd, !parser.output.comments.contains(where: { $0.nextToken == first }) {
                parser.strictly("the loop's body is empty", at: parser.span(parser.token.range))
            }
            if parser.token.is(.return) {
                throw parser.fail(
                    .syntax, "return stands only at the end of a function", at: parser.span(parser.token.range))
            }
            try parser.expect(.closeBrace, "to end the loop")
            return body
        }
        takeStraySemicolon()
        return body
    }

    /// Reads a `;` where none is needed: after commands and after `}`.
    mutating func takeStraySemicolon() {
        guard token.is(.semicolon), !isOnNewLine else { return }
        strictly("no ; stands here", at: span(token.range))
        advance()
    }
}
