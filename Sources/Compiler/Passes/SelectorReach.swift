import RASP

extension Lowering {
    enum Reach { case everything, something, nothing }

    /// What a causal mask leaves of a term between positions.
    func reach(of term: SelectorForm.Term) -> Reach {
        guard setting.causal, let key = term.key, let query = term.query, key.variable == Self.indices,
            query.variable == Self.indices
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
        guard let key = term.key, key.variable == Self.indices else { return 0...setting.maxLength }
        var (smallest, largest) = (setting.maxLength, 0)
        let isBetweenPositions = term.query?.variable == Self.indices
        for q in 0..<(isBetweenPositions ? setting.maxLength : term.queryClasses) {
            let queryClass = isBetweenPositions ? term.query?.classOf[q] ?? 0 : q
            var (total, early) = (0, 0)
            for k in 0..<setting.maxLength where term.holds(key: key.classOf[k], query: queryClass) {
                total += 1
                // The row's position exists, and so do all before it. Later ones may not exist.
                if isBetweenPositions && k <= q { early += 1 }
            }
            if !isBetweenPositions, term.holds(key: key.classOf[0], query: queryClass) { early = 1 }
            smallest = min(smallest, early)
            largest = max(largest, isBetweenPositions && setting.causal ? early : total)
        }
        return min(smallest, largest)...largest
    }
}
