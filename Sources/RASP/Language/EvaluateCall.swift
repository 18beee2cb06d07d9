extension Evaluating {
    func call(_ callee: Value, _ arguments: [Value], at span: SourceSpan) throws -> Value {
        switch callee {
        case .function(let function): return try call(function, arguments, at: span)
        case .sop(let sop):
            let input = try applicationInput(arguments, at: span)
            let values = try apply(to: input, at: span) { try $0.run(EvaluationPlan(roots: [sop]))[0] }
            return .applied(Applied(input: input, result: .sequence(values)))
        case .selector(let selector):
            let input = try applicationInput(arguments, at: span)
            let matrix = try apply(to: input, at: span) { try $0.matrix(of: selector) }
            return .applied(Applied(input: options.interpreter.framed(input), result: .matrix(matrix)))
        default:
            throw error(.notImplemented, "\(callee.described) cannot be called", at: span, transcript: .notImplemented)
        }
    }

    /// Evaluates on an input. The work counts against the limit that all applications share.
    private func apply<Result>(
        to input: [Atom], at span: SourceSpan, _ body: (inout Evaluator) throws -> Result
    ) throws -> Result {
        var evaluator = try Evaluator(options.interpreter, input: input, uniform: true)
        defer { appliedWork += evaluator.work }
        guard appliedWork <= options.limits.applicationWork else {
            throw error(
                .limit, "applying s-ops takes more than \(options.limits.applicationWork) elementary operations in all",
                at: span)
        }
        return try body(&evaluator)
    }

    private func applicationInput(_ arguments: [Value], at span: SourceSpan) throws -> [Atom] {
        guard arguments.count == 1 else {
            throw error(.arity, "an s-op or selector is applied to one input, not \(arguments.count)", at: span)
        }
        // Applying evaluates the graph anew each time; in a loop that is what takes the time.
        steps += 100
        return try sequence(of: arguments[0], at: span)
    }

    /// The atoms of an input: a string's characters, a list's items, a dictionary's keys.
    func sequence(of value: Value, at span: SourceSpan?) throws -> [Atom] {
        let items: [Atom]
        switch value {
        case .atom(.string(let text)): items = text.unicodeScalars.map { .string(String($0)) }
        case .dict(let dict): items = Array(dict.entries.keys)
        default:
            guard let list = listItems(value) else {
                throw error(.type, "an input is a string, list or dictionary, not \(value.described)", at: span)
            }
            items = try list.map { item in
                guard case .atom(let atom) = item else {
                    throw error(
                        .type, "an input holds atoms, not \(item.described)", at: span,
                        transcript: .ignored(
                            "attempted to create sequence with illegal val types (vals must be bool, float, int or string):\n\t\t \(display.inline(value))"
                        ))
                }
                return atom
            }
        }
        if items.isEmpty {
            throw error(
                .value, "the input is empty; it needs at least one token", at: span,
                transcript: .ignored("RASP sequences/selectors expect non-empty iterables, got: "))
        }
        return items
    }

    private func call(_ function: FunctionValue, _ arguments: [Value], at span: SourceSpan) throws -> Value {
        guard arguments.count == function.parameters.count else {
            throw error(
                .arity,
                "\(function.name) takes \(function.parameters.count) argument\(function.parameters.count == 1 ? "" : "s")"
                    + " (\(function.parameters.joined(separator: ", "))), not \(arguments.count)", at: span,
                transcript: .ignored(
                    "wrong number of args for \(function.name)- expected: \(function.parameters.count), got: \(arguments.count)."
                ))
        }
        switch function.body {
        case .builtin(let body): return try body(self, arguments, span)
        case .declared(let declaration, let home):
            calls += 1
            defer { calls -= 1 }
            guard calls <= options.limits.callDepth else {
                throw error(
                    .limit,
                    "calls are nested more than \(options.limits.callDepth) deep; does \(function.name) ever end?",
                    at: span)
            }
            let outerSpan = librarySpan
            if Library.isLibrary(home), librarySpan == nil { librarySpan = span }
            defer { librarySpan = outerSpan }
            do { return try run(declaration, arguments, home) } catch let failure as RASPError {
                throw outerSpan == nil ? attributed(failure, to: function, calledAt: span) : failure
            }
        }
    }

    private func run(_ declaration: FunctionDeclaration, _ arguments: [Value], _ home: Scope) throws -> Value {
        try charge(256, at: declaration.name.span)
        let caller = scope
        scope = Scope(parent: home)
        defer { scope = caller }
        for (parameter, argument) in zip(declaration.parameters, arguments) {
            try checkAssignable(parameter)
            scope.bind(parameter.text, argument, at: nil)
        }
        for statement in declaration.body { try execute(statement, isTopLevel: false) }
        let results = try declaration.results.map(evaluate)
        guard results.count == 1 else { return try makeList(results, at: declaration.name.span) }
        if options.strict { name(results[0], after: declaration.name.text, arguments) }
        return results[0]
    }

    /// Displays call an unnamed result by the call it came from.
    private func name(_ result: Value, after function: String, _ arguments: [Value]) {
        let node: GraphNode
        switch result {
        case .sop(let sop): node = .sop(sop)
        case .selector(let selector): node = .selector(selector)
        default: return
        }
        let display = display
        let shown = arguments.map { argument in
            switch argument {
            case .list: "(list)"
            case .dict: "(dict)"
            default: display.inline(argument)
            }
        }
        nodeNames[node] = "\(function)(\(shown.joined(separator: " , ")))"
    }

    /// An error inside the library belongs to the call; one inside a user's function tells where the call was.
    private func attributed(_ failure: RASPError, to function: FunctionValue, calledAt span: SourceSpan) -> RASPError {
        RASPError(
            failure.diagnostics.map { diagnostic in
                var diagnostic = diagnostic
                if diagnostic.span.map({ Library.isLibrary($0.file) }) ?? true {
                    diagnostic.span = span
                    diagnostic.notes.append("in \(function.name) of the library")
                    diagnostic.fixIt = nil
                } else if diagnostic.span != span, diagnostic.notes.count < 8 {
                    diagnostic.notes.append("in \(function.name), called at \(span.location)")
                }
                return diagnostic
            })
    }
}
