import RASP

extension Lowering {
    /// A selector as a conjunction of relations between variables at the key and variables at the query.
    ///
    /// Attention logits add up, so a conjunction of base selectors over different variables needs no product of their
    /// value sets; disjunctions and complements of conjunctions do, and become one relation.
    mutating func conjunction(of selector: Selector) throws -> [Relation] {
        do {
            switch selector.operation {
            case .select(let keys, let queries, let predicate):
                return [try relation(keys, queries, predicate, selector)]
            case .constant(let value): return [Relation(axes: [], outputs: [value ? 1 : 0])]
            case .and(let a, let b): return relations(of: a) + relations(of: b)
            case .or(let a, let b):
                return [try combined(single(a), single(b)) { $0 | $1 }]
            case .not(let a):
                return [try FiniteFunction.combine([single(a)], limit: setting.limits.domain) { 1 - $0[0] }]
            }
        } catch let error as DomainTooLarge {
            let sizes = error.sizes.map(String.init).joined(separator: " x ")
            throw RASPError(
                .limit,
                "this selector would need a table of \(sizes) combinations of key and query values; the budget is "
                    + "\(setting.limits.domain)", at: selector.span,
                notes: [
                    "select on variables with fewer values, or write the selector as a conjunction ('and') of simpler ones"
                ])
        }
    }

    private func relation(_ keys: SOp, _ queries: SOp, _ predicate: Predicate, _ selector: Selector) throws -> Relation
    {
        for side in [keys, queries] where openMeans[side] != nil { throw unlistedValues(side, usedAt: selector.span) }
        let (key, query) = (table(of: keys), table(of: queries))
        // In variables of their own: the closure would copy all of `self` to reach one of its, for every entry.
        let (spellings, isAmbiguous) = (spellings, !spellings.isEmpty)
        let (keyValues, queryValues) = (key.values, query.values)
        var known = KnownArguments([keyValues.count, queryValues.count])
        var remaining = Spellings.mostTried
        return try FiniteFunction.combine(
            [key.function.on(.key), query.function.on(.query)], limit: setting.limits.domain
        ) {
            if let known = known[$0] { return known }
            // An undefined key or query selects nothing. A predicate that fails stops the interpreter.
            var holds = false
            if let k = keyValues[$0[0]], let q = queryValues[$0[1]] {
                holds = (try? predicate.holds(k, q)) ?? false
                if isAmbiguous {
                    _ = try spellings.agreed(
                        predicate.name, [k, q], [k, q].map(spellings.choices), .bool(holds), remaining: &remaining,
                        at: selector.span
                    ) {
                        .bool((try? predicate.holds($0[0], $0[1])) ?? false)
                    }
                }
            }
            known[$0] = holds ? 1 : 0
            return holds ? 1 : 0
        }
    }

    private func combined(_ a: Relation, _ b: Relation, _ body: (Int, Int) -> Int) throws -> Relation {
        try FiniteFunction.combine([a, b], limit: setting.limits.domain) { body($0[0], $0[1]) }
    }

    /// The conjunction as one relation.
    private func single(_ selector: Selector) throws -> Relation {
        let parts = relations(of: selector)
        guard let first = parts.first else { return Relation(axes: [], outputs: [1]) }
        return try parts.dropFirst().reduce(first) { try combined($0, $1) { $0 & $1 } }
    }

    /// The selector ready for one head, with `extra` conditions added.
    mutating func selectorForm(_ selector: Selector, and extra: [Relation] = []) throws -> SelectorForm {
        var merged: [Relation] = []
        for part in relations(of: selector) + extra {
            // Terms over the same pair of variables (or with a side missing) fit into one table.
            if let index = merged.firstIndex(where: { fitsOneTerm($0.axes + part.axes) }),
                let both = try? combined(merged[index], part, { $0 & $1 })
            {
                merged[index] = both
            } else {
                merged.append(part)
            }
        }
        var terms: [SelectorForm.Term] = []
        for part in merged where !part.isAlwaysTrue {
            if part.isAlwaysFalse { return .never }
            let term = try term(part, selector.span)
            switch reach(of: term) {
            case .everything: continue
            case .nothing:
                throw RASPError(
                    .causal,
                    "every position that this selector selects lies later than the query, where the causal mask hides it",
                    at: selector.span,
                    notes: [
                        "select earlier positions, or compile without the mask: leave out --causal and #pragma causal true"
                    ])
            case .something: terms.append(term)
            }
        }
        terms.sort {
            ($0.key?.variable.index ?? -1, $0.query?.variable.index ?? -1)
                < ($1.key?.variable.index ?? -1, $1.query?.variable.index ?? -1)
        }
        let largest = terms.map { widthBounds($0).upperBound }.min() ?? setting.maxLength
        let smallest = terms.isEmpty ? 1 : terms.count == 1 ? widthBounds(terms[0]).lowerBound : 0
        return SelectorForm(
            terms: terms, isNever: false, largestWidth: largest, smallestWidth: min(smallest, largest),
            isUnmasked: !setting.causal)
    }

    private func fitsOneTerm(_ axes: [Relation.Axis]) -> Bool {
        let used = Set(axes.map(\.variable))
        return used.count { $0.side == .key } <= 1 && used.count { $0.side == .query } <= 1
    }

    /// One term of a head. A side that depends on several variables, or on a scalar, becomes a one-hot of its own:
    /// the classes of that side that the relation tells apart.
    private mutating func term(_ relation: Relation, _ span: SourceSpan?) throws -> SelectorForm.Term {
        var matrix = relation.matrix
        let key = try axis(relation.axes(on: .key), &matrix, span)
        matrix = matrix.transposed
        let query = try axis(relation.axes(on: .query), &matrix, span)
        return SelectorForm.Term(key: key, query: query, holds: matrix.transposed.entries)
    }

    /// The variable that the rows of the matrix stand for. Where it has to be made first, equal rows are merged.
    private mutating func axis(_ axes: [Relation.Axis], _ matrix: inout RelationMatrix, _ span: SourceSpan?) throws
        -> Axis?
    {
        let own = axes.map(\.withoutSide)
        guard let first = own.first else { return nil }
        if own.count == 1, variables[first.variable].isOneHot { return first }
        let numbers = matrix.mergeRows()
        let function = FiniteFunction(axes: own, outputs: numbers)
        let table = ValueTable(function: function, unsorted: (0..<matrix.rows).map { .int($0) })
        let variable = try materialise(table, named: nil, encoding: .categorical, span)
        // Where the scalar is read from what it is computed from, some of its values turn out not to occur.
        let values = variables[variable].values
        if values.count < matrix.rows { matrix.keepRows((0..<matrix.rows).filter { values.contains(.int($0)) }) }
        return Axis(variable: variable, valueCount: matrix.rows)
    }
}

extension SelectorForm {
    static let never = SelectorForm(terms: [], isNever: true, largestWidth: 0, smallestWidth: 0)
}
