extension Evaluating {
    /// `draw(s);` on the running example, `draw(s, input);`
    func draw(_ drawn: Expression, input: Expression?, at span: SourceSpan) throws {
        let value = try evaluate(drawn)
        guard case .sop(let sop) = value else {
            throw error(.type, "draw needs an s-op, not \(value.described)", at: drawn.span)
        }
        let source = try input.map(evaluate) ?? sopExample
        guard case .applied(let result) = try call(value, [source], at: span) else { return }
        guard drawings.count < options.limits.drawings else {
            throw error(.limit, "more than \(options.limits.drawings) drawings", at: span)
        }
        var name = "out"
        if case .name(let variable) = drawn.kind { name = variable }
        drawings.append(Drawing(program: program(sop, named: name), input: try sequence(of: source, at: span)))
        events.append(.drawn(result))
    }

    /// An s-op as a program, with the s-ops it depends on that have a name here.
    func program(_ sop: SOp, named name: String) -> Program {
        var variables: [(name: String, sop: SOp)] = []
        var block: Scope? = scope
        while let current = block, current !== base {
            variables =
                current.variables.compactMap { name, value in
                    if case .sop(let sop) = value { (name, sop) } else { nil }
                } + variables
            block = current.parent
        }
        var program = Program(
            name: name, output: sop, outputName: name, variables: Program.deduplicated(variables, output: (name, sop)),
            causal: options.causal, uniformSequences: true)
        // The console itself names `tokens`: that is traced where it is needed.
        let own = variables.filter { name, sop in
            name != "tokens" || Library.nodeNames[.sop(sop)] != "tokens"
                || program.variables.contains { $0.sop === sop }
        }
        program.named = Program.named(own, output: (name, sop))
        program.localNames = nodeNames
        return program
    }
}
