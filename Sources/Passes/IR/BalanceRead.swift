/// A sum of whole numbers over the positions up to each, of which only the sign is asked for.
///
/// Attention that is shared equally among BOS and those positions gives the sum divided by their number. The sum is a
/// whole number, so that within `length` positions the quotient is 0 or at least 1 / (length + 1) away from it: a step
/// there tells the sign, whatever the values are, and takes as many weights at every length.
package struct BalanceRead: Hashable, Sendable {
    /// What the values of a one-hot variable add.
    package struct Term: Hashable, Sendable {
        package let source: VariableNumber
        package let numbers: [Double]

        package init(source: VariableNumber, numbers: [Double]) {
            self.source = source
            self.numbers = numbers
        }
    }

    /// In ascending order of source.
    package let terms: [Term]
    /// What every position adds besides.
    package let everywhere: Double
    /// What is added once, at BOS.
    package let constant: Double

    package init(terms: [Term], everywhere: Double, constant: Double) {
        self.terms = terms
        self.everywhere = everywhere
        self.constant = constant
    }

    /// The least and the largest that one position adds.
    private var added: (least: Double, most: Double) {
        terms.reduce((everywhere, everywhere)) { sum, term in
            (sum.0 + (term.numbers.min() ?? 0), sum.1 + (term.numbers.max() ?? 0))
        }
    }

    /// What the sum lies between, at any of the first `length` positions.
    package func sums(within length: Int) -> ClosedRange<Double> {
        let count = Double(length)
        let least = constant + (added.least < 0 ? count * added.least : added.least)
        let most = constant + (added.most > 0 ? count * added.most : added.most)
        return min(least, most)...max(least, most)
    }

    /// What the quotient lies between, at BOS as well.
    package func extent(within length: Int) -> ClosedRange<Double> {
        let sums = sums(within: length)
        let least = sums.lowerBound >= 0 ? min(0, constant) : min(added.least, constant)
        let most = sums.upperBound <= 0 ? max(0, constant) : max(added.most, constant)
        return min(least, 0)...max(most, 0)
    }
}

extension CompilerVariable {
    /// Whether it can hold numbers of this sign.
    package func mayHold(sign: Double) -> Bool {
        if let extent { return (sign < 0 ? extent.lowerBound : extent.upperBound) * sign > 0 }
        return scalars.isEmpty || scalars.contains { $0 * sign > 0 }
    }
}
