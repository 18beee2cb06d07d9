/// What an expression is, evaluated beside the conversation.
public struct Inspection: Sendable {
    /// "s-op", "selector", "function", "list", ... ; nil when the expression has an error.
    public var kind: String?
    /// The expression as a program with the named s-ops that it depends on, where it is an s-op.
    public var program: Program?
    /// The kind of values that it has on the running example: "ints", "strings", ...
    public var values: String?
    public var diagnostics: [Diagnostic] = []
}

extension Session {
    /// Evaluates an expression without showing it, and without `out` naming it.
    public func inspect(_ expression: String) -> Inspection {
        do {
            return try DeepStack.run { self.evaluateAside(expression) }
        } catch {
            return Inspection(diagnostics: error.diagnostics)
        }
    }

    /// The running example for s-ops.
    public var example: [Atom] { (try? evaluating.sequence(of: evaluating.sopExample, at: nil)) ?? [] }

    private func evaluateAside(_ text: String) -> Inspection {
        let file = SourceFile(name: "<console>", text: text + ";")
        let parsed = Parser.parse(file, options: .init(limits: evaluating.options.limits))
        let previous = console.out
        evaluating.begin(with: parsed.diagnostics)
        defer {
            console.out = previous
            console.poisoned = []
        }
        var result = Inspection()
        let isClean = !parsed.diagnostics.contains { $0.severity == .error }
        if isClean, parsed.statements.count == 1, case .expression = parsed.statements[0].kind {
            evaluating.run(parsed.statements)
        } else if isClean {
            evaluating.diagnostics.append(
                Diagnostic(
                    .error, .syntax, "expected one expression", at: SourceSpan(file: file, range: 0..<text.utf8.count)))
        }
        result.diagnostics = evaluating.diagnostics
        guard case .value(let name, let value)? = evaluating.events.last else { return result }
        result.kind = value.kindName
        if case .sop(let sop) = value {
            result.program = evaluating.program(sop, named: name)
            if let values = try? evaluating.options.interpreter.evaluateUniformly(sop, on: example) {
                result.values = SequenceKind.of(values)?.rawValue
            }
        }
        return result
    }
}
