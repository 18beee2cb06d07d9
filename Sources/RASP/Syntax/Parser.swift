/// Recursive descent over the tokens. An error ends its statement only; reading goes on at the next one.
struct Parser {
    struct Options: Sendable {
        /// Whether to refuse what the reference implementation refuses.
        var strict = false
        var limits = Limits()
    }

    struct Output {
        var statements: [Statement] = []
        var comments: [Comment] = []
        var diagnostics: [Diagnostic] = []
        /// The text ended inside a statement: a console waits for more.
        var isIncomplete = false
    }

    /// Unwinds to the enclosing statement; the diagnostic is recorded already.
    struct Failure: Error {}

    let file: SourceFile
    let options: Options
    let tokens: [Token]
    var position = 0
    var depth = 0
    var output = Output()
    /// Token indices before which a comment may stand in strict mode.
    var boundaries: Set<Int> = []

    static func parse(_ file: SourceFile, options: Options = Options()) -> Output {
        let lexer = Lexer(file)
        var parser = Parser(file: file, options: options, tokens: lexer.tokens)
        parser.output.comments = lexer.comments
        parser.output.diagnostics = lexer.diagnostics
        parser.program()
        if options.strict { parser.checkComments() }
        parser.output.diagnostics.sort { ($0.span?.range.lowerBound ?? 0) < ($1.span?.range.lowerBound ?? 0) }
        return parser.output
    }

    private init(file: SourceFile, options: Options, tokens: [Token]) {
        self.file = file
        self.options = options
        self.tokens = tokens
    }

    // MARK: Tokens

    var token: Token { tokens[position] }
    /// The token after the current one.
    var next: Token { tokens[min(position + 1, tokens.count - 1)] }
    var isAtEnd: Bool { token.kind == .endOfFile }

    func text(_ token: Token) -> String { file.text(token.range) }
    func span(_ range: Range<Int>) -> SourceSpan { SourceSpan(file: file, range: range) }
    func span(from start: Int) -> SourceSpan { span(start..<max(start, previousEnd)) }
    var previousEnd: Int { position > 0 ? tokens[position - 1].range.upperBound : 0 }

    mutating func advance() { if !isAtEnd { position += 1 } }

    mutating func take(_ symbol: Symbol) -> Bool {
        guard token.is(symbol) else { return false }
        advance()
        return true
    }

    mutating func take(_ keyword: Keyword) -> Bool {
        guard token.is(keyword) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Symbol, _ context: String) throws {
        if !take(symbol) { throw unexpected("\(symbol.rawValue) \(context)") }
    }

    mutating func expect(_ keyword: Keyword, _ context: String) throws {
        if !take(keyword) { throw unexpected("\(keyword.rawValue) \(context)") }
    }

    // MARK: Diagnostics

    /// The primitives whose parenthesis is part of the word, and which are no values.
    static let primitives = ["select", "aggregate", "range", "zip", "len"]

    mutating func report(
        _ code: Diagnostic.Code, _ message: String, at span: SourceSpan, severity: Diagnostic.Severity = .error,
        fixIt: Diagnostic.FixIt? = nil, notes: [String] = []
    ) {
        output.diagnostics.append(Diagnostic(severity, code, message, at: span, fixIt: fixIt, notes: notes))
    }

    mutating func fail(
        _ code: Diagnostic.Code, _ message: String, at span: SourceSpan, fixIt: Diagnostic.FixIt? = nil,
        notes: [String] = []
    ) -> Failure {
        report(code, message, at: span, fixIt: fixIt, notes: notes)
        return Failure()
    }

    /// "expected ..., found ..." at the current token.
    mutating func unexpected(_ expected: String) -> Failure {
        if isAtEnd {
            output.isIncomplete = true
            return fail(
                .incomplete, "the text ends where \(expected) was expected", at: span(previousEnd..<previousEnd))
        }
        let found = text(token)
        var notes: [String] = []
        if case .keyword(let word) = token.kind {
            notes.append(
                word == .sop
                    ? "s-op is one word of the language; write s - op for the difference of s and op"
                    : "\(word.rawValue) is a word of the language and cannot be a name")
        }
        if found == "=" { notes.append("= assigns; comparison is ==") }
        if ["//", "/*"].contains(where: { file.bytes[token.range.lowerBound...].starts(with: $0.utf8) }) {
            notes.append("a comment begins with # and ends with the line")
        }
        return fail(.syntax, "expected \(expected), found \(found.prefix(60))", at: span(token.range), notes: notes)
    }

    mutating func strictly(_ message: String, at span: SourceSpan) {
        if options.strict { report(.strict, message, at: span) }
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(_ body: (inout Parser) throws -> Result) throws -> Result {
        guard depth < options.limits.nesting else {
            throw fail(
                .limit, "nested more than \(options.limits.nesting) levels deep", at: span(token.range),
                notes: ["give parts of it names"])
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// The reference implementation drops lines that begin with `#` before it reads a statement. A comment that stands
    /// behind something else on its line is read, and may stand nowhere but after a statement.
    private mutating func checkComments() {
        for comment in output.comments where !comment.standsAlone && !boundaries.contains(comment.nextToken) {
            report(.strict, "a comment may stand only between statements", at: span(comment.range))
        }
    }
}
