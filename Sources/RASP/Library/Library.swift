/// The names every program starts with: primitives, and the standard library.
enum Library {
    static let file = SourceFile(name: "<library>", text: source)

    static let origin = "library"

    /// Built once and never written again, hence safe to share.
    nonisolated(unsafe) static let scope: Scope = {
        let scope = primitives()
        let evaluating = Evaluating(options: .init(), base: scope)
        evaluating.origin = origin
        let parsed = Parser.parse(file)
        evaluating.run(parsed.statements)
        let failures = parsed.diagnostics + evaluating.diagnostics
        precondition(failures.isEmpty, "the library is broken: \(failures.map(\.rendered))")
        scope.out = nil
        return scope
    }()

    /// Names the console does not let be assigned.
    static let names: Set<String> = Set(scope.variables.keys).subtracting(["tokens"])

    private static func primitives() -> Scope {
        let scope = Scope(parent: nil)
        for conversion in TokenConversion.allCases {
            scope.variables[conversion.rawValue] = .sop(SOp(.tokens(conversion)))
        }
        scope.variables["indices"] = .sop(SOp(.indices))
        scope.variables["tokens"] = scope.variables[TokenConversion.string.rawValue]
        scope.variables["True"] = .atom(.bool(true))
        scope.variables["False"] = .atom(.bool(false))
        scope.variables["selector_width"] = .function(
            FunctionValue(
                name: "selector_width", parameters: ["sel"], body: .builtin(selectorWidth), origin: origin))
        return scope
    }

    private static func selectorWidth(
        _ evaluating: Evaluating, _ arguments: [Value], _ span: SourceSpan
    ) throws -> Value {
        guard case .selector(let selector) = arguments[0] else {
            throw evaluating.error(.type, "selector_width needs a selector, not \(arguments[0].described)", at: span)
        }
        return try evaluating.makeSOp(.selectorWidth(selector), at: span)
    }
}
