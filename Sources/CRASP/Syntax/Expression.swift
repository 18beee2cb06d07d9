import RASP

/// Which positions j a count at position i looks at, as the distances i - j: all of them, or those of a local predicate.
package struct Window: Hashable, Sendable {
    package let nearest: Int
    /// nil: up to the first position.
    package let farthest: Int?

    package static let all = Window(nearest: 0, farthest: nil)

    package init(nearest: Int, farthest: Int?) {
        self.nearest = nearest
        self.farthest = farthest
    }
}

/// What a text says, before names are looked up: expressions in a list, each after its operands, which are given by
/// their places in it.
struct Syntax {
    struct Expression {
        enum Kind {
            case name(String)
            case token(String)
            case boolean(Bool)
            case integer(Int)
            /// `i % modulus == residue`, or not equal to it.
            case periodic(modulus: Int, residue: Int, isEqual: Bool)
            case not(Int)
            case and(Int, Int)
            case or(Int, Int)
            case compare(Int, Comparison, Int)
            case count(Int, Window)
            case negate(Int)
            case add(Int, Int)
            case subtract(Int, Int)
            case multiply(Int, Int)
            case minimum(Int, Int)
            case maximum(Int, Int)
            case choose(condition: Int, Int, otherwise: Int)
        }

        let kind: Kind
        let span: SourceSpan
    }

    struct Definition {
        let name: Name
        /// The token whose turn it is to come next where the definition holds, for a name such as `NEXT_a`.
        let next: String?
        let value: Int
    }

    var expressions: [Expression] = []
    var definitions: [Definition] = []
    var imports: [Name] = []
}
