import Basics
import RASP

/// Reads definitions, one a line, and goes on behind a broken one.
struct Parser {
    let file: SourceFile
    let tokens: [Token]
    let limits: Limits
    var index = 0
    /// Nested expressions being read.
    var depth = 0
    /// The position at which what is being read holds: that of the definition, `i`, or the counted one, `j`; nil: either
    /// may be written.
    var position: String?
    var syntax = Syntax()
    private(set) var diagnostics: [Diagnostic]

    /// What a finding unwinds to; it has been recorded.
    struct Broken: Error {}

    static func parse(_ file: SourceFile, _ limits: Limits) -> (
        syntax: Syntax, directives: [Comment], diagnostics: [Diagnostic]
    ) {
        let lexer = Lexer(file)
        var parser = Parser(file: file, tokens: lexer.tokens, limits: limits, diagnostics: lexer.diagnostics)
        parser.definitions()
        parser.imports(lexer.directives)
        return (parser.syntax, lexer.directives, parser.diagnostics)
    }

    private init(file: SourceFile, tokens: [Token], limits: Limits, diagnostics: [Diagnostic]) {
        (self.file, self.tokens, self.limits, self.diagnostics) = (file, tokens, limits, diagnostics)
    }

    var token: Token { tokens[index] }
    func text(_ token: Token) -> String { file.text(token.range) }
    func span(_ token: Token) -> SourceSpan { SourceSpan(file: file, range: token.range) }
    func span(_ expression: Int) -> SourceSpan { syntax.expressions[expression].span }
    func peek(_ distance: Int) -> Token { tokens[min(index + distance, tokens.count - 1)] }

    /// The token, which is passed; the end of the file is never passed.
    @discardableResult mutating func advance() -> Token {
        defer { if index < tokens.count - 1 { index += 1 } }
        return token
    }

    mutating func take(_ symbol: Symbol) -> Bool {
        guard token.is(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Symbol, _ what: String) throws(Broken) {
        guard take(symbol) else { throw fail("expected \(symbol.name) \(what), and found \(described(token))") }
    }

    func described(_ token: Token) -> String {
        switch token.kind {
        case .lineEnd: "the end of the line"
        case .endOfFile: "the end of the file"
        case .string: String(text(token).prefix(40))
        case .name, .integer, .symbol: VisibleText.quoted(String(text(token).prefix(40)))
        }
    }

    mutating func fail(
        _ message: String, at place: SourceSpan? = nil, code: Diagnostic.Code = .syntax, notes: [String] = []
    ) -> Broken {
        let isIncomplete = place == nil && token.kind == .endOfFile && code == .syntax
        diagnostics.append(
            Diagnostic(.error, isIncomplete ? .incomplete : code, message, at: place ?? span(token), notes: notes))
        return Broken()
    }

    mutating func add(_ kind: Syntax.Expression.Kind, _ span: SourceSpan) -> Int {
        syntax.expressions.append(.init(kind: kind, span: span))
        return syntax.expressions.count - 1
    }

    private mutating func definitions() {
        while token.kind != .endOfFile {
            if token.kind == .lineEnd || token.is(.semicolon) {
                advance()
                continue
            }
            let known = syntax.expressions.count
            do {
                try definition()
            } catch {
                // Nothing more is said of the parts of a broken definition.
                syntax.expressions.removeLast(syntax.expressions.count - known)
                if diagnostics.count >= limits.errors { return }
                while token.kind != .lineEnd, token.kind != .endOfFile { advance() }
            }
        }
    }

    private static let comments = "# counts; a comment begins with //"

    /// `name := expression`, where papers write the position behind the name: `P(i) := …`.
    private mutating func definition() throws(Broken) {
        depth = 0
        position = nil
        guard token.kind == .name else {
            throw fail(
                "a definition begins with a name, and this is \(described(token))",
                notes: [token.is(.count) ? Self.comments : "write name := expression, one a line"])
        }
        var name = Name(text: text(token), span: span(token))
        advance()
        var next: String?
        if name.text == "NEXT_", token.kind == .string, token.range.lowerBound == name.span.range.upperBound {
            next = contents(token)
            name = Name(text: name.text + (next ?? ""), span: name.span.union(span(token)))
            advance()
        } else if name.text.begins(with: "NEXT_") {
            next = String(name.text.unicodeScalars.dropFirst(5))
        }
        let own = try skipPosition()
        guard take(.define) else {
            throw fail("expected := behind the name \(name.text.prefix(40)), and found \(described(token))")
        }
        position = own ?? "i"
        let value = try expression()
        guard token.kind == .lineEnd || token.kind == .endOfFile || token.is(.semicolon) else {
            throw fail(
                "expected the end of the definition, and found \(described(token))",
                notes: token.is(.close) ? ["there is no ( for it"] : token.is(.count) ? [Self.comments] : [])
        }
        syntax.definitions.append(.init(name: name, next: next, value: value))
    }

    /// The text of a string token, without its quotes.
    func contents(_ token: Token) -> String {
        let isClosed = token.range.count > 1 && file.bytes[token.range.upperBound - 1] == UInt8(ascii: "\"")
        return file.text(token.range.lowerBound + 1..<token.range.upperBound - (isClosed ? 1 : 0))
    }

    /// The position of papers' notation, `(i)` or `(j)`, which says nothing more where it is the one that is meant anyway: a
    /// value is always that of one position.
    ///
    /// - Returns: the position, where one is written.
    @discardableResult mutating func skipPosition() throws(Broken) -> String? {
        guard token.is(.open), peek(1).kind == .name, ["i", "j"].contains(text(peek(1))), peek(2).is(.close) else {
            return nil
        }
        let written = text(peek(1))
        if let position, !position.hasSameBytes(as: written) {
            throw fail(
                "this is the value at \(written), and only that at \(position) is known here", at: span(peek(1)),
                notes: ["inside #[…] a value is that of the counted position j, outside that of i"])
        }
        for _ in 0..<3 { advance() }
        return written
    }

    /// `#import` names of predicates, which another interpreter of the language asks for; those it ships are built in.
    private mutating func imports(_ directives: [Comment]) {
        for directive in directives {
            let line = file.text(directive.range)
            guard line.begins(with: "#import") else { continue }
            var start = directive.range.lowerBound + "#import".utf8.count
            while start < directive.range.upperBound, file.bytes[start] <= 32 { start += 1 }
            var end = start
            while end < directive.range.upperBound, file.bytes[end] > 32 { end += 1 }
            let place = SourceSpan(file: file, range: start..<end)
            guard Predefined.window(place.text) == nil, Predefined.periodic(place.text) == nil else { continue }
            _ = fail(
                "there is no predicate \(VisibleText.quoted(String(place.text.prefix(40)))) to import", at: place,
                code: .undefinedName,
                notes: ["write local predicates as #[j = i - 1] P and periodic ones as i % 2 == 0"])
        }
    }
}

/// Predicates that have a name: `pred` and `pred4` for the position before and the fourth before, `pos_even` and
/// `pos_odd`.
enum Predefined {
    static func window(_ name: String) -> Window? {
        if name == "pred" { return Window(nearest: 1, farthest: 1) }
        guard name.begins(with: "pred"), let distance = Int(name.dropFirst(4)), (0...Parser.farthest) ~= distance else {
            return nil
        }
        return Window(nearest: distance, farthest: distance)
    }

    static func periodic(_ name: String) -> Syntax.Expression.Kind? {
        switch name {
        case "pos_even": .periodic(modulus: 2, residue: 0, isEqual: true)
        case "pos_odd": .periodic(modulus: 2, residue: 1, isEqual: true)
        default: nil
        }
    }
}
