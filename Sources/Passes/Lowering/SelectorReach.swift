extension Lowering {
    enum Reach { case everything, something, nothing }

    /// What a causal mask leaves of a term between positions.
    func reach(of term: SelectorForm.Term) -> Reach {
        guard setting.causal, let key = term.key, let query = term.query, key.variable == .indices,
            query.variable == .indices
        else { return .something }
        var (all, any) = (true, false)
        for q in 0..<setting.maxLength {
            for k in 0...q {
                let holds = term.holds(key: key.classOf[k], query: query.classOf[q])
                all = all && holds
                any = any || holds
            }
        }
        return all ? .everything : any ? .something : .nothing
    }

    /// How many positions a row of the term can select.
    func widthBounds(_ term: SelectorForm.Term) -> ClosedRange<Int> {
        guard let key = term.key, let placements = placements(key) else { return 0...setting.maxLength }
        let bounds = placements.map { widthBounds(term, classOf: $0) }
        // Of several placements some may never be, and one that is left would have to hold for every row.
        let smallest = bounds.count == 1 ? bounds[0].lowerBound : 0
        return smallest...(bounds.map(\.upperBound).max() ?? setting.maxLength)
    }

    /// - Parameter classOf: the key's class at the position with each index, or rank.
    private func widthBounds(_ term: SelectorForm.Term, classOf: [Int]) -> ClosedRange<Int> {
        var (smallest, largest) = (setting.maxLength, 0)
        let queryOf = term.query.flatMap(classOfIndex)
        for q in 0..<(queryOf == nil ? term.queryClasses : setting.maxLength) {
            let queryClass = queryOf?[q] ?? q
            var (total, early) = (0, 0)
            for k in 0..<setting.maxLength where classOf[k] >= 0 && term.holds(key: classOf[k], query: queryClass) {
                total += 1
                // The row's position exists, and so do all before it, and as many ranks. Later ones may not exist.
                if queryOf != nil && k <= q { early += 1 }
            }
            if queryOf == nil, term.holds(key: classOf[0], query: queryClass) { early = 1 }
            smallest = min(smallest, early)
            largest = max(largest, queryOf != nil && setting.causal ? early : total)
        }
        return min(smallest, largest)...largest
    }

    /// The class of each index, where the axis is a function of the index alone.
    private func classOfIndex(_ axis: Axis) -> [Int]? {
        if axis.variable == .indices { return axis.classOf }
        guard case .table(let table) = variables[axis.variable].origin, table.axes.count == 1,
            table.axes[0].variable == .indices
        else { return nil }
        return table.outputByValue.map { axis.classOf[$0] }
    }
}
