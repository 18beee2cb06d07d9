/// Which side of a selector a variable is read on.
enum Side: Int {
    case key = 0
    case query = 1
}

/// A boolean function of variables at the key position and variables at the query position: a `FiniteFunction` with
/// outputs 0 and 1 whose axis numbers are `2 * variable + side`.
typealias Relation = FiniteFunction

extension FiniteFunction {
    /// The same table, its variables read on one side of a selector.
    func on(_ side: Side) -> FiniteFunction {
        FiniteFunction(
            axes: axes.map {
                Axis(variable: $0.variable * 2 + side.rawValue, classOf: $0.classOf, classCount: $0.classCount)
            },
            outputs: outputs)
    }

    func axes(on side: Side) -> [Axis] { axes.filter { $0.variable & 1 == side.rawValue } }

    var isAlwaysTrue: Bool { axes.isEmpty && outputs == [1] }
    var isAlwaysFalse: Bool { axes.isEmpty && outputs == [0] }
}

/// A selector ready for one attention head: a conjunction of terms, each between at most one one-hot variable at the
/// key and one at the query. No terms: everything is selected.
struct SelectorForm: Hashable, Sendable {
    /// A table over classes of a key variable and classes of a query variable.
    struct Term: Hashable, Sendable {
        let key: Axis?
        let query: Axis?
        /// `holds[keyClass * queryClasses + queryClass]`
        let holds: [Bool]

        var keyClasses: Int { key?.classCount ?? 1 }
        var queryClasses: Int { query?.classCount ?? 1 }
        func holds(key: Int, query: Int) -> Bool { holds[key * queryClasses + query] }
    }

    let terms: [Term]
    /// Selects nothing, whatever the input.
    let isNever: Bool
    /// The most positions that any row can select.
    let largestWidth: Int
    let smallestWidth: Int
    /// Whether a row selects the same positions whatever position it stands at, as far as the mask goes.
    var isUnmasked = false
    /// Which one of the positions for which all terms hold is selected; nil: all of them are.
    var order: PickOrder?

    /// Every position that the mask lets through.
    static func everything(within length: Int) -> SelectorForm {
        SelectorForm(terms: [], isNever: false, largestWidth: length, smallestWidth: 1, isUnmasked: true)
    }

    var variables: [Int] {
        terms.flatMap { [$0.key?.variable, $0.query?.variable].compactMap { $0 } } + (order?.variables ?? [])
    }

    static func == (a: SelectorForm, b: SelectorForm) -> Bool {
        a.terms == b.terms && a.isNever == b.isNever && a.order == b.order
    }
    func hash(into hasher: inout Hasher) {
        hasher.combine(terms)
        hasher.combine(isNever)
        hasher.combine(order)
    }
}
