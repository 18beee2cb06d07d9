extension Evaluating {
    /// Runs the statements of a file or of the console; a failing one is reported and passed over.
    ///
    /// - Returns: false when `exit` stopped it.
    @discardableResult
    func run(_ statements: [Statement]) -> Bool {
        for statement in statements {
            if diagnostics.lazy.filter({ $0.severity == .error }).count >= options.limits.errors { return true }
            if case .command(.exit) = statement.kind {
                events.append(.exit)
                return false
            }
            let caller = scope
            do { try execute(statement, isTopLevel: true) } catch {
                scope = caller
                depth = 0
                calls = 0
                librarySpan = nil
                poison(statement)
                trialInputs = []
                if let failure = error as? RASPError {
                    diagnostics += failure.diagnostics
                    events += failure.diagnostics.map(Event.failed)
                    if failure.diagnostics.contains(where: { $0.code == .interrupted }) { return true }
                } else if !(error is Suppressed) {
                    diagnostics.append(Diagnostic(.error, .value, "\(error)", at: statement.span))
                }
            }
        }
        return true
    }

    /// Marks the names that the failed statement would have bound, so that their use is no second error.
    private func poison(_ statement: Statement) {
        switch statement.kind {
        case .assign(let names, _): scope.poisoned.formUnion(names.map(\.text).filter { scope.variables[$0] == nil })
        case .function(let declaration): scope.poisoned.insert(declaration.name.text)
        case .broken(let names): scope.poisoned.formUnion(names.filter { scope.variables[$0] == nil })
        case .loop(let iteration, let body):
            scope.poisoned.formUnion(iteration.names.map(\.text))
            body.forEach(poison)
        case .repetition(_, _, let body): body.forEach(poison)
        case .load: scope.hasFailedLoad = true
        default: break
        }
    }

    func execute(_ statement: Statement, isTopLevel: Bool) throws {
        try step(at: statement.span)
        switch statement.kind {
        case .broken(let names):
            scope.poisoned.formUnion(names.filter { scope.variables[$0] == nil })
            if !isTopLevel { throw Suppressed() }
        case .expression(let expression):
            let value = try evaluate(expression)
            var name = "out"
            if case .name(let variable) = expression.kind { name = variable }
            if isTopLevel { events.append(.value(name: name, value)) }
        case .assign(let names, let expressions): try assign(names, expressions, statement, isTopLevel: isTopLevel)
        case .function(let declaration):
            let parameters = declaration.parameters.map(\.text)
            try charge(256, at: statement.span)
            let function = FunctionValue(
                name: declaration.name.text, parameters: parameters, body: .declared(declaration, scope), origin: origin
            )
            try assign(declaration.name, .function(function))
            retain(closure: scope)
            if isTopLevel { events.append(.function(function)) }
        case .loop(let iteration, let body):
            try forEach(iteration, fresh: false) {
                for statement in body { try self.execute(statement, isTopLevel: false) }
            }
        case .repetition(let count, let halt, let body): try repetition(count, until: halt, body)
        case .draw(let drawn, let input): try draw(drawn, input: input, at: statement.span)
        case .load(let path): try load(path, at: statement.span)
        case .command(let command): try run(command)
        }
    }

    private func assign(
        _ names: [Name], _ expressions: [Expression], _ statement: Statement, isTopLevel: Bool
    ) throws {
        for name in names { try checkAssignable(name) }
        let values = try expressions.map(evaluate)
        let bound: [Value]
        if names.count == 1 {
            bound = [values.count == 1 ? values[0] : try makeList(values, at: statement.span)]
        } else if values.count == 1 {
            bound = try unpacked(values[0], count: names.count, at: expressions[0].span)
        } else {
            bound = values
        }
        guard bound.count == names.count else {
            throw error(
                .type, "\(names.count) names cannot take \(bound.count) values", at: statement.span,
                transcript: .ignored("expected \(names.count) values, but got: \(bound.count)"))
        }
        for (name, value) in zip(names, bound) {
            try assign(name, value)
            if isTopLevel { events.append(.value(name: name.text, value)) }
        }
    }

    /// The items of a list, string or dictionary (keys), as many as there are names.
    func unpacked(_ value: Value, count: Int, at span: SourceSpan) throws -> [Value] {
        let items: [Value]
        switch value {
        case .atom(.string(let text)): items = text.unicodeScalars.map { .atom(.string(String($0))) }
        case .dict(let dict): items = dict.entries.keys.map { .atom($0) }
        default:
            guard let list = listItems(value) else {
                throw error(.type, "\(value.described) cannot be unpacked into \(count) names", at: span)
            }
            items = list
        }
        guard items.count == count else {
            throw error(
                .type, "\(count) names cannot take \(items.count) values", at: span,
                transcript: .ignored("expected \(count) values, but got: \(items.count)"))
        }
        return items
    }

    func checkAssignable(_ name: Name) throws {
        if Scope.hardReserved.contains(name.text) || scope.reserved.contains(name.text) {
            throw error(
                .reservedName, "\(name.text) is reserved and cannot be assigned", at: name.span,
                transcript: .ignored("Error: Cannot set reserved name: \(name.text)"))
        }
    }

    /// Binds the name here and, out of a loaded file, in the scope that loads it.
    func assign(_ name: Name, _ value: Value) throws {
        try checkAssignable(name)
        switch value {
        case .sop(let sop): nodeNames[.sop(sop)] = name.text
        case .selector(let selector): nodeNames[.selector(selector)] = name.text
        default: break
        }
        scope.bind(name.text, value, at: name.span)
        guard !name.text.hasPrefix("_") else { return }
        var target = scope.exportTarget
        while let current = target {
            if current.reserved.contains(name.text) {
                throw error(
                    .reservedName, "\(name.text) is reserved where the file is loaded, and is not exported there",
                    at: name.span,
                    transcript: .ignored("Error: Cannot set reserved name: \(name.text)"))
            }
            current.bind(name.text, value, at: name.span)
            target = current.exportTarget
        }
    }

    /// Runs `body` for every item of a list or key of a dictionary.
    func forEach(_ iteration: Expression.Iteration, fresh: Bool, _ body: () throws -> Void) throws {
        let container = try evaluate(iteration.container)
        let items: [Value]
        if case .dict(let dict) = container {
            items = dict.entries.keys.map { .atom($0) }
        } else if let list = listItems(container) {
            items = list
        } else {
            throw error(
                .type, "only lists and dictionaries can be iterated, not \(container.described)",
                at: iteration.container.span)
        }
        let outer = scope
        defer { scope = outer }
        for item in items {
            try step(at: iteration.container.span)
            if fresh { scope = Scope(parent: outer) }
            let values =
                iteration.names.count == 1
                ? [item] : try unpacked(item, count: iteration.names.count, at: iteration.container.span)
            for (name, value) in zip(iteration.names, values) { try assign(name, value) }
            try body()
        }
    }

    private func run(_ command: Command) throws {
        switch command {
        case .setExample(let subject, let expression):
            let value = try evaluate(expression)
            _ = try sequence(of: value, at: expression.span)
            if subject != .selector { sopExample = value }
            if subject != .sop { selectorExample = value }
        case .showExample(let subject): events.append(.examples(subject))
        case .examples(let subject, let on):
            if subject != .selector { showsSOpExamples = on }
            if subject != .sop { showsSelectorExamples = on }
        case .fullDisplay(let on): showsFullDisplay = on
        case .exit: events.append(.exit)
        }
    }
}
