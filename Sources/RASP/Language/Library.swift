/// The names every program starts with: primitives, and the standard library.
enum Library {
    static let file = SourceFile(name: "<library>", text: source)
    static let extensionFile = SourceFile(name: "<library>", text: extensionSource)

    static let origin = "library"

    /// Built once and never written again, hence safe to share.
    nonisolated(unsafe) static let scope: Scope = {
        let scope = primitives()
        fill(scope, from: file)
        return scope
    }()

    /// Names the console does not let be assigned.
    static let names: Set<String> = Set(scope.variables.keys).subtracting(["tokens"])

    /// The library with the functions that the reference implementation does not have. Their names are not reserved,
    /// and strict mode does not have them.
    nonisolated(unsafe) static let extended: Scope = {
        let scope = Scope(parent: Library.scope)
        fill(scope, from: extensionFile)
        return scope
    }()

    static func base(strict: Bool) -> Scope { strict ? scope : extended }
    static func isLibrary(_ candidate: Scope) -> Bool { candidate === scope || candidate === extended }
    static func isLibrary(_ file: SourceFile) -> Bool { file === Library.file || file === extensionFile }

    private static func fill(_ scope: Scope, from file: SourceFile) {
        let evaluating = Evaluating(options: .init(), base: scope)
        evaluating.scope = scope
        evaluating.origin = origin
        let parsed = Parser.parse(file)
        evaluating.run(parsed.statements)
        let failures = parsed.diagnostics + evaluating.diagnostics
        precondition(failures.isEmpty, "the library is broken: \(failures.map(\.rendered))")
        scope.out = nil
    }

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
