/// Which values of a variable can come together in one row of a selector.
///
/// A head that reads tokens at the positions of one token reads one value only: where the condition on the keys is
/// about the variable that is read, or both are functions of a third, a row selects some of its values and no others.
package struct SelectedValues {
    let variables: PerVariable<CompilerVariable>

    package init(variables: PerVariable<CompilerVariable>) { self.variables = variables }

    /// Sets of value numbers, one for each kind of row; every row selects values of one of the sets.
    package func sets(of source: VariableNumber, in form: SelectorForm) -> [[Int]] {
        let all = Array(variables[source].values.indices)
        var sets: Set<[Int]> = [all]
        for term in form.terms {
            guard let key = term.key, let pairs = pairs(key.variable, source) else { continue }
            let rows = Set(
                (0..<term.queryClasses).map { query in
                    Set(pairs.filter { term.holds(key: key.classOf[$0.key], query: query) }.map(\.value))
                })
            let narrowed = Set(sets.flatMap { set in rows.map { row in set.filter(row.contains) } })
            // Very many kinds of rows are not worth telling apart.
            if narrowed.count <= Self.mostSets { sets = narrowed }
        }
        // A set within another adds nothing.
        return sets.filter { set in
            !set.isEmpty && !sets.contains { $0.count > set.count && Set($0).isSuperset(of: set) }
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let mostSets = 64

    /// The values of two variables that occur at one position together, where both are functions of one variable.
    private func pairs(_ key: VariableNumber, _ source: VariableNumber) -> [(key: Int, value: Int)]? {
        let (keys, values) = (roots(of: key), roots(of: source))
        for (root, keyOf) in keys {
            guard let valueOf = values.first(where: { $0.root == root })?.valueOf else { continue }
            return zip(keyOf, valueOf).map { ($0, $1) }
        }
        return nil
    }

    /// The variables that this one is a function of, itself first, each with the value for each of theirs.
    private func roots(of variable: VariableNumber) -> [(root: VariableNumber, valueOf: [Int])] {
        var roots = [(root: variable, valueOf: Array(variables[variable].values.indices))]
        while let last = roots.last, case .table(let table) = variables[last.root].origin, table.axes.count == 1 {
            roots.append((table.axes[0].variable, table.outputByValue.map { last.valueOf[$0] }))
        }
        return roots
    }
}

extension PerVariable<CompilerVariable> {
    /// Whether a variable has one value at all positions of an input, as a width of everything has without a mask.
    package func isSameEverywhere(_ number: VariableNumber) -> Bool {
        let reads = { (form: SelectorForm) in
            form.isUnmasked && form.terms.allSatisfy { $0.query.map { isSameEverywhere($0.variable) } ?? true }
        }
        switch self[number].origin {
        case .tokens, .indices, .state: return false
        case .table(let table): return table.axes.allSatisfy { isSameEverywhere($0.variable) }
        case .gather(let read): return reads(read.selector)
        case .mean(let read): return reads(read.selector)
        case .width(let form): return reads(form)
        case .balance: return false
        case .weightedWidths(let parts): return parts.allSatisfy { isSameEverywhere($0.width) }
        }
    }
}
