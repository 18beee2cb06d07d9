/// Finds the selectors that reach later positions, which a causal mask takes from them.
public enum CausalCheck {
    /// A warning for every selector of the program that can select a position after the row's own. Such a selector
    /// silently gives something else with a causal mask than without.
    ///
    /// - Parameters:
    ///   - program: what is looked through, from its output on.
    ///   - withoutMask: whether the program was written for the mask, and is about to run without it.
    ///   - showsVariables: whether all its named variables are shown, also those that the output does not need.
    public static func warnings(
        for program: Program, withoutMask: Bool = false, showsVariables: Bool = false
    ) -> [Diagnostic] {
        let variables = showsVariables ? program.named.map(\.sop) : []
        return warnings(about: selectorsAhead(in: [program.output] + variables), withoutMask: withoutMask)
    }

    static func warnings(about selectors: [(selector: Selector, place: SourceSpan?)], withoutMask: Bool = false)
        -> [Diagnostic]
    {
        // A function that is called again, and the rounds of a loop, make the same place's selector anew.
        var told: Set<String> = []
        return selectors.compactMap { selector, place in
            let subject = described(selector)
            guard told.insert("\(place?.location ?? "") \(subject)").inserted else { return nil }
            return withoutMask
                ? Diagnostic(
                    .warning, .causal,
                    "without the causal mask the program was written for, \(subject) selects later positions too: the program means something else",
                    at: place)
                : Diagnostic(
                    .warning, .causal,
                    "with a causal mask, \(subject) no longer selects later positions: the program means something else",
                    at: place,
                    notes: ["restrict it with select(indices, indices, <=) if only earlier positions are meant"])
        }
    }

    /// Warnings where the mask to be used is not the one the program declares.
    public static func warnings(for program: Program, masked: Bool, showsVariables: Bool = false) -> [Diagnostic] {
        masked == (program.causal ?? false)
            ? [] : warnings(for: program, withoutMask: !masked, showsVariables: showsVariables)
    }

    /// The selectors below s-ops that can select later positions, each with its place in the user's text: its own, or
    /// that of the first node outside the library that is computed from it.
    static func selectorsAhead(in roots: [SOp]) -> [(selector: Selector, place: SourceSpan?)] {
        var found: [(selector: Selector, place: SourceSpan?)] = []
        var seen: Set<Selector> = []
        /// Nodes of the library that are still to be followed up to the user's text, each with the entries of `found`
        /// whose place is looked for.
        var pending: [GraphNode: Set<Int>] = [:]
        for node in topologicalOrder(of: roots.map(GraphNode.sop)) {
            let isLibrary = node.span.map { Library.isLibrary($0.file) } ?? false
            var wanting = Set(node.children.flatMap { pending[$0] ?? [] }.filter { found[$0].place == nil })
            if case .sop(let sop) = node, let selector = sop.usedSelector, seen.insert(selector).inserted,
                !looksBackOnly(selector)
            {
                let place = selector.span ?? sop.span
                let isOwn = place.map { !Library.isLibrary($0.file) } ?? true
                found.append((selector, isOwn ? place : nil))
                if !isOwn { wanting.insert(found.count - 1) }
            }
            guard !wanting.isEmpty else { continue }
            if isLibrary || node.span == nil {
                pending[node] = wanting
            } else {
                for index in wanting { found[index].place = node.span }
            }
        }
        return found
    }

    /// Whether every selected key position is provably at or before its query position.
    public static func looksBackOnly(_ selector: Selector) -> Bool {
        var budget = 10_000
        return implied(by: selector, negated: false, depth: 0, &budget)
    }

    private static func described(_ selector: Selector) -> String {
        if let name = Library.nodeNames[.selector(selector)] { return "\(name) of the library" }
        guard let text = selector.span?.text else { return "a selector" }
        let line = text.split(separator: "\n").first.map(String.init) ?? ""
        return line.count > 60 ? line.prefix(57) + "..." : line
    }

    private static func implied(by selector: Selector, negated: Bool, depth: Int, _ budget: inout Int) -> Bool {
        // Parts that are shared are visited once for every path to them, so the walk is bounded. A graph larger than
        // any that is written by hand gets the cautious answer.
        budget -= 1
        guard depth < 200, budget > 0 else { return false }
        switch selector.operation {
        case .constant(let value): return value == negated
        case .not(let inner): return implied(by: inner, negated: !negated, depth: depth + 1, &budget)
        case .and(let a, let b), .or(let a, let b):
            var isConjunction = false
            if case .and = selector.operation { isConjunction = true }
            let left = implied(by: a, negated: negated, depth: depth + 1, &budget)
            if left == (isConjunction != negated) { return left }
            return implied(by: b, negated: negated, depth: depth + 1, &budget)
        case .select(let keys, let queries, let predicate):
            guard let comparison = predicate.comparison else { return false }
            return implied(keys, queries, negated ? comparison.negated : comparison)
        }
    }

    /// Whether the comparison `key + c <comparison> query + d`, between positions, implies that the key is at or before
    /// the query.
    private static func implied(_ keys: SOp, _ queries: SOp, _ comparison: Comparison) -> Bool {
        guard let c = offset(keys) else { return false }
        var budget = 200
        guard let d = bound(of: queries, &budget) else { return false }
        switch comparison {
        case .equal, .lessOrEqual: return d <= c
        case .less: return d <= c || d - c == 1
        default: return false
        }
    }

    /// How far behind the row's own position a position can lie at most that an s-op names: `indices - 1` lies 1 before
    /// it, and so does what `pick` finds among positions before it. nil where nothing is known.
    ///
    /// - Parameter budget: how many nodes are still looked at, so that the walk is short and not deep.
    private static func bound(of sop: SOp, _ budget: inout Int) -> Int? {
        budget -= 1
        guard budget > 0 else { return nil }
        if let offset = offset(sop) { return offset }
        switch sop.operation {
        // No row lies before position 0.
        case .constant(let atom): return atom.integerValue.flatMap { $0.magnitude < 1 << 40 ? $0 : nil }
        case .elementwise(let function, let inputs) where inputs.count == 2 && ["+", "-"].contains(function.name):
            guard case .constant(let atom) = inputs[1].operation, let added = atom.integerValue,
                added.magnitude < 1 << 40, let bound = bound(of: inputs[0], &budget)
            else { return nil }
            return bound + (function.name == "+" ? added : -added)
        case .aggregate(let selector, let values, let defaultValue, .pick):
            guard let ahead = reach(of: selector, &budget), let offset = offset(values),
                let otherwise = defaultValue.flatMap(\.integerValue), otherwise.magnitude < 1 << 40
            else { return nil }
            return max(ahead + offset, otherwise)
        default: return nil
        }
    }

    /// How far behind the row's own position a selected key can lie at most; nil where nothing is known.
    private static func reach(of selector: Selector, _ budget: inout Int) -> Int? {
        budget -= 1
        guard budget > 0 else { return nil }
        switch selector.operation {
        case .and(let a, let b): return [reach(of: a, &budget), reach(of: b, &budget)].compactMap { $0 }.min()
        case .select(let keys, let queries, let predicate):
            guard let keys = offset(keys), let queries = bound(of: queries, &budget) else { return nil }
            switch predicate.comparison {
            case .equal, .lessOrEqual: return queries - keys
            case .less: return queries - keys - 1
            default: return nil
            }
        default: return nil
        }
    }

    /// The constant added to `indices`, nil for anything else.
    private static func offset(_ sop: SOp) -> Int? {
        switch sop.operation {
        case .indices: return 0
        case .elementwise(let function, let inputs) where inputs.count == 2:
            guard case .indices = inputs[0].operation, case .constant(let atom) = inputs[1].operation,
                let value = atom.integerValue, value.magnitude < 1 << 40
            else { return nil }
            return function.name == "+" ? value : function.name == "-" ? -value : nil
        default: return nil
        }
    }
}

extension Comparison {
    var negated: Comparison {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        }
    }
}
