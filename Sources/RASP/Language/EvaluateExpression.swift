import OrderedCollections

extension Evaluating {
    /// The value of an expression; `out` names it from then on.
    func evaluate(_ expression: Expression) throws -> Value {
        let value = try compute(expression)
        scope.out = value
        return value
    }

    private func compute(_ expression: Expression) throws -> Value {
        try step(at: expression.span)
        depth += 1
        defer { depth -= 1 }
        guard depth < 20_000 else { throw error(.limit, "evaluation is nested too deeply", at: expression.span) }
        let span = expression.span
        switch expression.kind {
        case .missing: throw Suppressed()
        case .literal(let atom): return .atom(atom)
        case .name(let name):
            let value = try lookUp(name, at: span)
            if case .sop(let sop) = value { try tryOut(.sop(sop)) }
            return value
        case .list(let items): return try makeList(try items.map(evaluate), at: span)
        case .dict(let pairs): return try dict(pairs, at: span)
        case .listComprehension(let item, let iteration):
            var items: [Value] = []
            try forEach(iteration, fresh: true) {
                items.append(try self.evaluate(item))
                if items.count > self.options.limits.listLength { try self.checkLength(items.count, at: span) }
            }
            return try makeList(items, at: span)
        case .dictComprehension(let pair, let iteration):
            var entries: OrderedDictionary<Atom, Value> = [:]
            try forEach(iteration, fresh: true) { try self.insert(pair, into: &entries) }
            return try makeDict(entries, at: span)
        case .round(let operand): return try round(try evaluate(operand), at: span)
        case .indicator(let operand):
            guard case .sop(let sop) = try evaluate(operand) else {
                throw error(
                    .type, "indicator needs an s-op", at: operand.span,
                    transcript: .ignored("indicator operator expects s-op, got: \(operand.span.text)"))
            }
            return try makeSOp(.elementwise(.indicator, [sop]), at: span)
        case .select(let keys, let queries, let comparison): return try select(keys, queries, comparison, at: span)
        case .aggregate(let selector, let values, let defaultValue):
            return try aggregate(selector, values, defaultValue, at: span)
        case .range(let arguments): return try range(arguments, at: span)
        case .zip(let arguments): return try zipped(arguments, at: span)
        case .len(let operand):
            let value = try evaluate(operand)
            guard let items = listItems(value) else {
                throw error(
                    .type, "len needs a list, not \(value.described)", at: operand.span,
                    transcript: .ignored("attempting to compute length of non-list: \(display.inline(value))"))
            }
            return .int(items.count)
        case .prefix(let operators, let operand):
            var value = try evaluate(operand)
            for symbol in operators.reversed() { value = try prefix(symbol, value, at: span) }
            return value
        case .chain(let first, let links): return try chain(first, links)
        case .conditional(let first, let branches): return try conditional(first, branches)
        case .postfix(let base, let parts): return try postfix(base, parts)
        }
    }

    func lookUp(_ name: String, at span: SourceSpan) throws -> Value {
        if let value = name == "out" ? scope.lookUpOut() : scope.lookUp(name) { return value }
        if !options.strict, scope.isPoisoned(name) { throw Suppressed() }
        var notes: [String] = []
        if Parser.primitives.contains(name) {
            notes.append("\(name) is no value; it is written \(name)(...)")
        } else if let known = ["true": "True", "false": "False", "None": nil] as [String: String?]?,
            let right = known[name]
        {
            notes.append(right.map { "write \($0)" } ?? "there is no empty value")
        } else if let nearest = nearestName(to: name) {
            var diagnostic = Diagnostic(
                .error, .undefinedName, "\(name) is not defined", at: span,
                fixIt: .init("did you mean \(nearest)?", span: span, replacement: nearest))
            diagnostic.transcript = Self.undefined(name).lines
            throw RASPError([diagnostic])
        }
        throw error(.undefinedName, "\(name) is not defined", at: span, notes: notes, transcript: Self.undefined(name))
    }

    private static func undefined(_ name: String) -> TranscriptText { .ignored("Error: Undefined variable: \(name)") }

    /// A visible name at most two edits away (one for short names).
    private func nearestName(to name: String) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        var best: (name: String, distance: Int)?
        var current: Scope? = scope
        var examined = 0
        func consider(_ candidate: String, as name: String) {
            let distance = EditDistance.between(name, candidate)
            if distance <= (name.utf8.count > 4 ? 2 : 1), distance < best?.distance ?? 3 {
                best = (candidate, distance)
            }
        }
        for word in Parser.primitives where abs(word.utf8.count - name.utf8.count) <= 2 {
            consider(word, as: name.lowercased())
        }
        while let scope = current {
            for candidate in scope.variables.keys
            where examined < 2000 && abs(candidate.utf8.count - name.utf8.count) <= 2 {
                examined += 1
                consider(candidate, as: name)
            }
            current = scope.parent
        }
        return best?.name
    }

    private func dict(_ pairs: [Expression.Pair], at span: SourceSpan) throws -> Value {
        var entries: OrderedDictionary<Atom, Value> = [:]
        for pair in pairs { try insert(pair, into: &entries) }
        return try makeDict(entries, at: span)
    }

    private func insert(_ pair: Expression.Pair, into entries: inout OrderedDictionary<Atom, Value>) throws {
        let key = try evaluate(pair.key)
        guard case .atom(let atom) = key else {
            throw error(.type, "a dictionary's keys are atoms, not \(key.described)", at: pair.key.span)
        }
        // An equal key keeps its first spelling and gets the new value.
        entries[atom] = try evaluate(pair.value)
        if entries.count > options.limits.listLength { try checkLength(entries.count, at: pair.key.span) }
    }

    private func makeDict(_ entries: OrderedDictionary<Atom, Value>, at span: SourceSpan) throws -> Value {
        try checkLength(2 * entries.count, at: span)
        let dict = DictValue(entries)
        if dict.depth > options.limits.nesting {
            throw error(.limit, "dictionaries are nested more than \(options.limits.nesting) levels deep", at: span)
        }
        return .dict(dict)
    }

    private func chain(_ first: Expression, _ links: [Expression.Link]) throws -> Value {
        var value = try evaluate(first)
        for link in links {
            try step(at: link.symbolSpan)
            let operand = try evaluate(link.operand)
            value = try binary(link.symbol, value, operand, at: first.span.union(link.operand.span))
            scope.out = value
        }
        return value
    }

    private func conditional(_ first: Expression, _ branches: [Expression.Branch]) throws -> Value {
        // Folded from the left: the last condition decides first. Plain conditions evaluate only what is chosen; those
        // on s-ops wait for the value to their left.
        var waiting: [(condition: SOp, otherwise: SOp, span: SourceSpan)] = []
        var chosen: Value?
        for branch in branches.reversed() {
            let condition = try evaluate(branch.condition)
            if case .selector = condition {
                throw error(.type, "a selector is no condition", at: branch.condition.span)
            }
            if case .sop(let sop) = condition {
                let otherwise = try operand(
                    try evaluate(branch.otherwise), "a branch of a conditional on an s-op", at: branch.otherwise.span)
                waiting.append((sop, otherwise, first.span.union(branch.otherwise.span)))
            } else if !condition.isTruthy {
                chosen = try evaluate(branch.otherwise)
                break
            }
        }
        var value = try chosen ?? evaluate(first)
        for (condition, otherwise, span) in waiting.reversed() {
            let then = try operand(value, "a branch of a conditional on an s-op", at: first.span)
            value = try makeSOp(.elementwise(.choose, [condition, then, otherwise]), at: span)
        }
        return value
    }

    /// An s-op, or an atom broadcast to one.
    func operand(_ value: Value, _ role: String, at span: SourceSpan) throws -> SOp {
        switch value {
        case .sop(let sop): return sop
        case .atom(let atom): return SOp(.constant(atom), span: librarySpan ?? span)
        default: throw error(.type, "\(role) must be an s-op or atom, not \(value.described)", at: span)
        }
    }

    private func postfix(_ base: Expression, _ parts: [Expression.Postfix]) throws -> Value {
        var value: Value
        if options.strict, case .call(let arguments, let span)? = parts.last, arguments.count == 1,
            let input = try? sequence(of: try evaluate(arguments[0]), at: span)
        {
            trialInputs.append(input)
            defer { trialInputs.removeLast() }
            value = try evaluate(base)
        } else {
            value = try evaluate(base)
        }
        var rest = parts[...]
        while let part = rest.popFirst() {
            switch part {
            case .index(let index, let span, let isFurther):
                if isFurther, case .sop = value {
                    throw error(
                        .type, "there are more variables in the brackets than the table has levels", at: index.span,
                        notes: ["the value at one position of what is looked up has brackets of its own, such as [0]"])
                }
                value = try self.index(value, index, span, &rest, from: base.span)
            case .call(let arguments, let span):
                try step(at: span)
                value = try call(value, try self.arguments(arguments, of: value), at: base.span.union(span))
            }
        }
        return value
    }

    private func arguments(_ expressions: [Expression], of callee: Value) throws -> [Value] {
        try expressions.enumerated().map { index, expression in
            if case .function(let function) = callee, index == function.parameters.count - 1,
                case .name(let word) = expression.kind, !function.words.isEmpty
            {
                if function.words.contains(word) { return .atom(.string(word)) }
                guard scope.lookUp(word) != nil || scope.isPoisoned(word) else {
                    let words = function.words.dropLast().joined(separator: ", ") + " or " + (function.words.last ?? "")
                    throw error(
                        .undefinedName, "\(function.name) takes \(words) as its last argument, not \(word)",
                        at: expression.span)
                }
            }
            return try evaluate(expression)
        }
    }

    /// The items of a list or of an application's result, nil for other values.
    func listItems(_ value: Value) -> [Value]? {
        switch value {
        case .list(let list): list.items
        case .applied(let applied) where !options.strict: applied.items
        default: nil
        }
    }
}
