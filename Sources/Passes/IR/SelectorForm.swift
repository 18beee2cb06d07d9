/// A selector ready for one attention head: a conjunction of terms, each between at most one one-hot variable at the
/// key and one at the query. No terms: everything is selected.
package struct SelectorForm: Hashable, Sendable {
    /// What each condition adds to a logit where no order of positions does (`PickOrder`). The share of attention that
    /// leaks to positions which are not selected is then exp(-conditionWeight/2) = 1e-28, which execution leaves out
    /// and which other readers of the weights notice only after many layers have summed it up. It is a power of two, so
    /// that logits are exact.
    package static let conditionWeight = 128.0

    /// A table over classes of a key variable and classes of a query variable.
    package struct Term: Hashable, Sendable {
        package let key: Axis?
        package let query: Axis?
        /// `holds[keyClass * queryClasses + queryClass]`
        package let holds: [Bool]

        package init(key: Axis?, query: Axis?, holds: [Bool]) {
            self.key = key
            self.query = query
            self.holds = holds
        }

        package var keyClasses: Int { key?.classCount ?? 1 }
        package var queryClasses: Int { query?.classCount ?? 1 }
        package func holds(key: Int, query: Int) -> Bool { holds[key * queryClasses + query] }
    }

    package let terms: [Term]
    /// Selects nothing, whatever the input.
    let isNever: Bool
    /// The most positions that any row can select.
    package let largestWidth: Int
    let smallestWidth: Int
    /// Whether a row selects the same positions whatever position it stands at, as far as the mask goes.
    var isUnmasked = false
    /// Which one of the positions for which all terms hold is selected; nil: all of them are.
    package var order: PickOrder?

    package init(
        terms: [Term], isNever: Bool, largestWidth: Int, smallestWidth: Int, isUnmasked: Bool = false,
        order: PickOrder? = nil
    ) {
        self.terms = terms
        self.isNever = isNever
        self.largestWidth = largestWidth
        self.smallestWidth = smallestWidth
        self.isUnmasked = isUnmasked
        self.order = order
    }

    /// Every position that the mask lets through.
    package static func everything(within length: Int) -> SelectorForm {
        SelectorForm(terms: [], isNever: false, largestWidth: length, smallestWidth: 1, isUnmasked: true)
    }

    var variables: [VariableNumber] {
        terms.flatMap { [$0.key?.variable, $0.query?.variable].compactMap { $0 } } + (order?.variables ?? [])
    }

    package static func == (a: SelectorForm, b: SelectorForm) -> Bool {
        a.terms == b.terms && a.isNever == b.isNever && a.order == b.order
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(terms)
        hasher.combine(isNever)
        hasher.combine(order)
    }
}
