/// The names every program starts with: primitives, and the standard library.
enum Library {
    static let file = SourceFile(name: "<library>", text: source)
    static let extensionFile = SourceFile(name: "<library>", text: extensionSource)

    static let origin = "library"

    /// What `None` stands for: no value, at any position.
    static let undefined = SOp(.elementwise(.undefined, []))

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
        scope.variables["None"] = .sop(undefined)
        scope.variables["defined"] = .function(
            FunctionValue(name: "defined", parameters: ["seq"], body: .builtin(defined), origin: origin))
        scope.variables["pick"] = .function(
            FunctionValue(
                name: "pick", parameters: ["sel", "seq", "default", "which"], body: .builtin(pick), origin: origin,
                words: Occurrence.allCases.map(\.rawValue)))
        for (name, isAscending) in [("ascending", true), ("descending", false)] {
            scope.variables[name] = .function(
                FunctionValue(
                    name: name, parameters: ["values"],
                    body: .builtin { try sorted($0, $1, $2, name: name, isAscending: isAscending) }, origin: origin))
        }
        scope.variables["_whole"] = .function(
            FunctionValue(name: "_whole", parameters: ["seq"], body: .builtin(whole), origin: origin))
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

    private static func pick(_ evaluating: Evaluating, _ arguments: [Value], _ span: SourceSpan) throws -> Value {
        guard case .selector(let selector) = arguments[0] else {
            throw evaluating.error(.type, "pick needs a selector first, not \(arguments[0].described)", at: span)
        }
        let values = try evaluating.operand(arguments[1], "the values of pick", at: span)
        guard let defaultValue = arguments[2].atomOrUndefined else {
            throw evaluating.error(
                .type, "the default of pick must be an atom, not \(arguments[2].described)", at: span)
        }
        guard case .atom(.string(let word)) = arguments[3], let occurrence = Occurrence(rawValue: word) else {
            throw evaluating.error(
                .value, "pick takes the first, last or closest selected position, not \(arguments[3].described)",
                at: span)
        }
        return try evaluating.makeSOp(
            .aggregate(selector, values, defaultValue: defaultValue, .pick(occurrence)), at: span)
    }

    private static func sorted(
        _ evaluating: Evaluating, _ arguments: [Value], _ span: SourceSpan, name: String, isAscending: Bool
    ) throws -> Value {
        guard let items = evaluating.listItems(arguments[0]) else {
            throw evaluating.error(.type, "\(name) needs a list, not \(arguments[0].described)", at: span)
        }
        let atoms = try items.map { item in
            guard case .atom(let atom) = item else {
                throw evaluating.error(.type, "\(name) needs a list of atoms; there is \(item.described)", at: span)
            }
            return atom
        }
        let sorted = try evaluating.convert(at: span) {
            try atoms.sorted { isAscending ? try Comparison.less.holds($0, $1) : try Comparison.less.holds($1, $0) }
        }
        return try evaluating.makeList(sorted.map { .atom($0) }, at: span)
    }

    private static func whole(_ evaluating: Evaluating, _ arguments: [Value], _ span: SourceSpan) throws -> Value {
        let values = try evaluating.operand(arguments[0], "the sequence", at: span)
        return try evaluating.makeSOp(.elementwise(.whole, [values]), at: span)
    }

    private static func defined(_ evaluating: Evaluating, _ arguments: [Value], _ span: SourceSpan) throws -> Value {
        let values = try evaluating.operand(arguments[0], "the sequence of defined", at: span)
        return try evaluating.makeSOp(.elementwise(.defined, [values]), at: span)
    }
}

extension Value {
    /// Whether it is `None`.
    var isUndefined: Bool { if case .sop(let sop) = self { sop === Library.undefined } else { false } }

    /// An atom, or undefined for `None`; nil for anything else.
    var atomOrUndefined: Atom?? {
        if case .atom(let atom) = self { return .some(atom) }
        return isUndefined ? .some(nil) : nil
    }
}
