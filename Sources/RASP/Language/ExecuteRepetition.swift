import OrderedCollections

extension Evaluating {
    /// Runs a body so many times. Where `halt` is true, position by position, the s-ops that it assigns anew stay what
    /// they were, `halt` among them; names that are new in the body are not kept, nor are lists, selectors and functions.
    func repetition(_ count: Expression, until halt: Name?, _ body: [Statement]) throws {
        let value = try evaluate(count)
        guard case .atom(let atom) = value, let times = atom.integerValue, times >= 0 else {
            throw error(.type, "loop takes a whole number of times, not \(value.described)", at: count.span)
        }
        // A loop within a loop is part of the outer one's body, which is unrolled there.
        var described: Repetition?
        if !isRepeating, times > 0 {
            isRepeating = true
            defer { isRepeating = false }
            described = try describedRepetition(times, until: halt, body, at: count.span)
        }
        let isInner = isRepeating
        isRepeating = true
        defer { isRepeating = isInner }
        var done = 0
        while done < times {
            done += 1
            try step(at: count.span)
            try round(until: halt, body)
        }
        if let described { finish(described) }
    }

    func round(until halt: Name?, _ body: [Statement]) throws {
        let before = scope.variables
        let halted = try halt.map { try lookUp($0.text, at: $0.span) }
        for statement in body { try execute(statement, isTopLevel: false) }
        if let halt, let halted { try keep(before, where: halted, halt) }
    }

    private func keep(_ before: OrderedDictionary<String, Value>, where halted: Value, _ halt: Name) throws {
        let isHalted = try operand(halted, "what halts a loop", at: halt.span)
        for (name, old) in before {
            guard let new = scope.variables[name], let (a, b) = changed(old, new, at: halt.span) else { continue }
            let place = scope.places[name] ?? halt.span
            let kept = try makeSOp(.elementwise(.choose, [isHalted, a, b]), at: place)
            try assign(Name(text: name, span: place), kept)
        }
    }

    /// Two s-ops, or atoms, of which the second is another; nil for anything else.
    private func changed(_ old: Value, _ new: Value, at span: SourceSpan) -> (SOp, SOp)? {
        switch (old, new) {
        case (.sop(let a), .sop(let b)) where a === b: return nil
        case (.atom(let a), .atom(let b)) where a == b: return nil
        case (.sop, .sop), (.sop, .atom), (.atom, .sop), (.atom, .atom):
            guard let a = try? operand(old, "", at: span), let b = try? operand(new, "", at: span) else { return nil }
            return (a, b)
        default: return nil
        }
    }
}
