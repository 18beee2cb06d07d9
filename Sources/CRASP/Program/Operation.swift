import RASP

/// One step of a program: a value at every position, computed from earlier steps, which are given by their numbers.
package enum Operation: Hashable, Sendable {
    // Of booleans.
    /// Whether this token stands at the position (Q_a in papers).
    case token(String)
    case constant(Bool)
    /// Whether the position, counted from 0, leaves this remainder.
    case periodic(modulus: Int, residue: Int)
    case not(Int)
    case and(Int, Int)
    case or(Int, Int)
    case compare(Int, Comparison, Int)
    // Of counts.
    case count(Int, Window)
    case number(Int)
    case add(Int, Int)
    case subtract(Int, Int)
    case scale(Int, Int)
    case minimum(Int, Int)
    case maximum(Int, Int)
    /// The first count where the condition holds, else the second.
    case choose(condition: Int, Int, otherwise: Int)
    /// Of tokens: the first whose boolean holds; undefined where none does.
    case next([NextToken])

    package struct NextToken: Hashable, Sendable {
        package let token: String
        package let holds: Int
    }

    package enum Kind: String, Sendable { case boolean, count, token }

    package var kind: Kind {
        switch self {
        case .token, .constant, .periodic, .not, .and, .or, .compare: .boolean
        case .count, .number, .add, .subtract, .scale, .minimum, .maximum, .choose: .count
        case .next: .token
        }
    }

    package var operands: [Int] {
        switch self {
        case .token, .constant, .periodic, .number: []
        case .not(let a), .count(let a, _): [a]
        case .scale(_, let a): [a]
        case .and(let a, let b), .or(let a, let b), .compare(let a, _, let b), .add(let a, let b),
            .subtract(let a, let b), .minimum(let a, let b), .maximum(let a, let b):
            [a, b]
        case .choose(let condition, let a, let b): [condition, a, b]
        case .next(let tokens): tokens.map(\.holds)
        }
    }
}
