/// A lexical unit of C-RASP, with its place in the source.
struct Token: Equatable {
    enum Kind: Equatable {
        case name, integer, string
        case symbol(Symbol)
        /// The end of a line, where a definition may end.
        case lineEnd
        case endOfFile
    }

    let kind: Kind
    let range: Range<Int>

    func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
}

/// The language's symbols and keywords. Several spellings are one symbol: papers write `∧`, programs write `and`, `&`
/// or `&&`.
enum Symbol: CaseIterable {
    case count, define, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case and, or, not, truth, falsity
    case plus, minus, times, modulo
    case question, colon, `if`, `else`, minimum, maximum
    case open, close, openBracket, closeBracket, comma, semicolon

    /// Longer spellings first, since the longest that fits is meant.
    static let spellings: [(text: String, symbol: Symbol)] = [
        (":=", .define), ("==", .equal), ("!=", .notEqual), ("<=", .lessOrEqual), (">=", .greaterOrEqual),
        ("&&", .and), ("||", .or), ("≠", .notEqual), ("≤", .lessOrEqual), ("≥", .greaterOrEqual), ("∧", .and),
        ("∨", .or), ("¬", .not), ("⊤", .truth), ("⊥", .falsity), ("≡", .equal), ("·", .times), ("−", .minus),
        ("#", .count), ("=", .define), ("<", .less), (">", .greater), ("&", .and), ("|", .or), ("!", .not),
        ("~", .not), ("+", .plus), ("-", .minus), ("*", .times), ("%", .modulo), ("?", .question), (":", .colon),
        ("(", .open), (")", .close), ("[", .openBracket), ("]", .closeBracket), (",", .comma), (";", .semicolon),
    ].sorted { $0.0.utf8.count > $1.0.utf8.count }

    static let words: [String: Symbol] = [
        "and": .and, "or": .or, "not": .not, "true": .truth, "True": .truth, "false": .falsity, "False": .falsity,
        "if": .if, "else": .else, "min": .minimum, "max": .maximum, "mod": .modulo,
    ]

    /// Whether an operand has to follow, so that a definition cannot end before it.
    var wantsOperand: Bool {
        switch self {
        case .truth, .falsity, .close, .closeBracket, .semicolon: false
        default: true
        }
    }

    var name: String {
        switch self {
        case .if: "if"
        case .else: "else"
        case .minimum: "min"
        case .maximum: "max"
        default: Self.spellings.last { $0.symbol == self }?.text ?? ""
        }
    }
}
