extension Parser {
    /// Whether a console command begins here.
    var isCommand: Bool {
        switch token.kind {
        case .keyword(.set), .keyword(.show), .keyword(.examples), .keyword(.exit), .keyword(.quit), .keyword(.sop),
            .keyword(.selector):
            return true
        case .identifier:
            guard text(token) == "full", position + 2 < tokens.count else { return false }
            return text(tokens[position + 1]) == "seq" && text(tokens[position + 2]) == "display"
        default: return false
        }
    }

    mutating func command() throws -> Statement? {
        guard isCommand else { return nil }
        let start = token.range.lowerBound
        let command: Command
        switch token.kind {
        case .keyword(.set):
            advance()
            let subject = subject()
            try expect(.example, "after set")
            command = .setExample(subject, try expression())
        case .keyword(.show):
            advance()
            let subject = subject()
            try expect(.example, "after show")
            command = .showExample(subject)
        case .keyword(.exit), .keyword(.quit):
            advance()
            if take(.openParenthesis) { try expect(.closeParenthesis, "to close the command") }
            command = .exit
        case .identifier:
            for _ in 0..<3 { advance() }
            command = .fullDisplay(on: try onOrOff())
        default:
            let subject = subject()
            try expect(.examples, "in the command")
            command = .examples(subject, on: try onOrOff())
        }
        takeStraySemicolon()
        return Statement(kind: .command(command), span: span(from: start))
    }

    private mutating func subject() -> Command.Subject {
        if take(.sop) { return .sop }
        return take(.selector) ? .selector : .both
    }

    private mutating func onOrOff() throws -> Bool {
        if take(.on) { return true }
        try expect(.off, "or on")
        return false
    }
}
