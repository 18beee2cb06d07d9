/// A lexical unit of the language, with its place in the source.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case identifier, integer, float, string
        case keyword(Keyword)
        case symbol(Symbol)
        case endOfFile
    }

    let kind: Kind
    let range: Range<Int>

    func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
    func `is`(_ keyword: Keyword) -> Bool { kind == .keyword(keyword) }
}

/// Words that can never be names.
enum Keyword: String, Sendable, CaseIterable {
    case set, show, example, examples, selector, on, off, load, draw, def
    case `return`, `for`, `in`, `if`, `else`, and, or, not, round, indicator, exit, quit
    /// One word: the minus in it is never a subtraction.
    case sop = "s-op"

    /// Words that begin a statement or command and nothing else, so that they mark where a broken one ended.
    var startsStatement: Bool {
        switch self {
        case .set, .show, .load, .draw, .def, .return, .exit, .quit, .examples: true
        default: false
        }
    }
}

enum Symbol: String, Sendable, CaseIterable {
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case comma = ","
    case semicolon = ";"
    case colon = ":"
    case assign = "="
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "^"

    var comparison: Comparison? { Comparison(rawValue: rawValue) }
}

/// Comments are kept beside the tokens: pragmas are read from them, and strict mode minds where they stand.
package struct Comment: Sendable {
    package let range: Range<Int>
    /// Index of the token that follows.
    package let nextToken: Int
    /// Whether it stands outside all braces.
    package let isTopLevel: Bool
    /// Whether nothing but white space stands before it on its line.
    package let standsAlone: Bool

    package init(range: Range<Int>, nextToken: Int, isTopLevel: Bool, standsAlone: Bool) {
        (self.range, self.nextToken, self.isTopLevel, self.standsAlone) = (range, nextToken, isTopLevel, standsAlone)
    }
}
