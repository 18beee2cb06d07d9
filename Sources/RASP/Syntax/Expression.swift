/// An expression of the source. Chains of one precedence level are flat, so that a long sum is no deep tree.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case literal(Atom)
        case name(String)
        case list([Expression])
        case dict([Pair])
        case listComprehension(Expression, Iteration)
        case dictComprehension(Pair, Iteration)
        case round(Expression)
        case indicator(Expression)
        case select(keys: Expression, queries: Expression, Comparison)
        case aggregate(Expression, Expression, default: Expression?)
        case range([Expression])
        case zip([Expression])
        case len(Expression)
        /// Prefix operators, outermost first.
        case prefix([PrefixOperator], Expression)
        /// Operands and operators of one precedence level, folded from the left.
        case chain(Expression, [Link])
        /// `a if c else b`, folded from the left.
        case conditional(Expression, [Branch])
        case postfix(Expression, [Postfix])
        /// Stands where reading failed and went on.
        case missing
    }

    struct Pair: Sendable {
        let key: Expression
        let value: Expression
    }

    struct Iteration: Sendable {
        let names: [Name]
        let container: Expression
    }

    struct Link: Sendable {
        let symbol: BinaryOperator
        let symbolSpan: SourceSpan
        let operand: Expression
    }

    struct Branch: Sendable {
        let condition: Expression
        let otherwise: Expression
    }

    enum Postfix: Sendable {
        /// `isFurther`: the second variable of `d[x, y]` and those after it.
        case index(Expression, SourceSpan, isFurther: Bool)
        case call([Expression], SourceSpan)
    }

    var kind: Kind
    var span: SourceSpan
    var isParenthesized = false
}

package struct Name: Sendable {
    package let text: String
    package let span: SourceSpan

    package init(text: String, span: SourceSpan) {
        self.text = text
        self.span = span
    }
}

enum PrefixOperator: String, Sendable {
    case not
    case minus = "-"
    case plus = "+"
}

enum BinaryOperator: String, Sendable {
    case power = "^"
    case times = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case plus = "+"
    case minus = "-"
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case and, or, `in`

    var comparison: Comparison? { Comparison(rawValue: rawValue) }
}

struct Statement: Sendable {
    indirect enum Kind: Sendable {
        case expression(Expression)
        case assign([Name], [Expression])
        case draw(Expression, input: Expression?)
        case load(String)
        case function(FunctionDeclaration)
        case loop(Expression.Iteration, body: [Statement])
        /// So many times; where the named s-op is true, what the body assigns stays what it was.
        case repetition(Expression, until: Name?, body: [Statement])
        case command(Command)
        /// Reading failed; these names would have been bound.
        case broken([String])
    }

    let kind: Kind
    let span: SourceSpan
}

final class FunctionDeclaration: Sendable {
    let name: Name
    let parameters: [Name]
    let body: [Statement]
    let results: [Expression]

    init(name: Name, parameters: [Name], body: [Statement], results: [Expression]) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.results = results
    }
}

/// What only the console acts on.
enum Command: Sendable {
    enum Subject: Sendable { case sop, selector, both }
    case setExample(Subject, Expression)
    case showExample(Subject)
    case examples(Subject, on: Bool)
    case fullDisplay(on: Bool)
    case exit
}
