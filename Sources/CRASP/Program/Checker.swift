import Basics
import RASP

/// Looks up names and holds every expression to its kind: a boolean or a count.
struct Checker {
    private let syntax: Syntax
    private let vocabulary: Set<ExactString>?
    private let limits: Limits
    private(set) var checked = CheckedProgram()
    private(set) var diagnostics: [Diagnostic] = []
    /// The step for each expression; nil for one that an error stands in, of which nothing more is said.
    private var operations: [Int?] = []
    private var hasToldOfToken: Set<ExactString> = []

    init(_ syntax: Syntax, vocabulary: [Atom]?, _ limits: Limits) {
        self.syntax = syntax
        self.vocabulary = vocabulary.map { Set($0.map { ExactString($0.description) }) }
        self.limits = limits
    }

    mutating func run() {
        for definition in syntax.definitions {
            while operations.count <= definition.value { operations.append(operation(operations.count)) }
            define(definition)
            if diagnostics.count >= limits.errors { return }
        }
    }

    private mutating func fail(
        _ code: Diagnostic.Code, _ message: String, at span: SourceSpan, notes: [String] = []
    ) -> Int? {
        diagnostics.append(Diagnostic(.error, code, message, at: span, notes: notes))
        return nil
    }

    private mutating func define(_ definition: Syntax.Definition) {
        let name = definition.name
        let shown = String(name.text.prefix(40))
        if ["i", "j", "next"].contains(name.text) || name.text.begins(with: "Q_") {
            let meaning =
                name.text == "next" ? "what the NEXT_ definitions say" : name.text.count == 1 ? "a position" : "a token"
            _ = fail(.reservedName, "\(shown) stands for \(meaning) and cannot be defined", at: name.span)
            return
        }
        guard checked.operation(named: name.text) == nil else {
            _ = fail(
                .reservedName, "\(shown) is defined already: a name stands for one thing", at: name.span,
                notes: ["C-RASP has no assignment; choose another name"])
            return
        }
        guard let operation = operations[definition.value] else {
            // Nothing is said of what uses it, which would only be a consequence.
            broken.insert(ExactString(name.text))
            return
        }
        checked.define(name.text, operation)
        guard let next = definition.next else { return }
        guard checked.operations[operation].kind == .boolean else {
            _ = fail(.type, "\(shown) says whether a token may come next, and this is a count", at: name.span)
            return
        }
        checked.next.append(.init(token: next, holds: operation))
        note(next, name.span, "no input can hold it")
    }

    /// Names whose definition has an error.
    private var broken: Set<ExactString> = []

    /// The operand, if it is of the kind.
    private mutating func operand(_ expression: Int, _ kind: Operation.Kind, of what: String) -> Int? {
        guard let operation = operations[expression] else { return nil }
        let own = checked.operations[operation].kind
        guard own == kind else {
            let notes =
                kind == .count
                ? ["# counts the positions up to here where a boolean holds"]
                : ["a comparison such as C >= 1 makes a boolean of a count"]
            return fail(
                .type, "\(what) takes a \(kind.rawValue), and this is a \(own.rawValue)",
                at: syntax.expressions[expression].span, notes: notes)
        }
        return operation
    }

    private mutating func both(
        _ a: Int, _ b: Int, _ kind: Operation.Kind, of what: String, _ make: (Int, Int) -> Operation
    ) -> Operation? {
        let (left, right) = (operand(a, kind, of: what), operand(b, kind, of: what))
        guard let left, let right else { return nil }
        return make(left, right)
    }

    private mutating func operation(_ number: Int) -> Int? {
        let expression = syntax.expressions[number]
        guard checked.operations.count < limits.nodes else {
            return fail(.limit, "the program has more than \(limits.nodes) steps", at: expression.span)
        }
        if case .name(let name) = expression.kind { return named(name, expression.span) }
        return step(expression).map { checked.add($0, expression.span) }
    }

    private mutating func step(_ expression: Syntax.Expression) -> Operation? {
        switch expression.kind {
        case .name: return nil
        case .token(let token):
            note(token, expression.span, "this never holds")
            return .token(token)
        case .boolean(let value): return .constant(value)
        case .integer(let value): return .number(value)
        case .periodic(let modulus, let residue, let isEqual):
            let holds = Operation.periodic(modulus: modulus, residue: residue)
            return isEqual ? holds : .not(checked.add(holds, expression.span))
        case .not(let a): return operand(a, .boolean, of: "not").map { .not($0) }
        case .and(let a, let b): return both(a, b, .boolean, of: "and") { .and($0, $1) }
        case .or(let a, let b): return both(a, b, .boolean, of: "or") { .or($0, $1) }
        case .compare(let a, let comparison, let b):
            return both(a, b, .count, of: comparison.rawValue) { .compare($0, comparison, $1) }
        case .count(let a, let window): return operand(a, .boolean, of: "#").map { .count($0, window) }
        case .negate(let a): return operand(a, .count, of: "-").map { .scale(-1, $0) }
        case .add(let a, let b): return both(a, b, .count, of: "+") { .add($0, $1) }
        case .subtract(let a, let b): return both(a, b, .count, of: "-") { .subtract($0, $1) }
        case .multiply(let a, let b): return product(a, b, expression.span)
        case .minimum(let a, let b): return both(a, b, .count, of: "min") { .minimum($0, $1) }
        case .maximum(let a, let b): return both(a, b, .count, of: "max") { .maximum($0, $1) }
        case .choose(let condition, let a, let b):
            let holds = operand(condition, .boolean, of: "the condition of ?")
            let counts = both(a, b, .count, of: "a side of ?") { .add($0, $1) }
            guard let holds, case .add(let chosen, let otherwise)? = counts else { return nil }
            return .choose(condition: holds, chosen, otherwise: otherwise)
        }
    }

    private mutating func product(_ a: Int, _ b: Int, _ span: SourceSpan) -> Operation? {
        guard case .add(let left, let right)? = both(a, b, .count, of: "*", { .add($0, $1) }) else { return nil }
        if let factor = number(left) { return .scale(factor, right) }
        if let factor = number(right) { return .scale(factor, left) }
        _ = fail(
            .type, "one side of * has to be a number", at: span,
            notes: ["C-RASP adds counts and cannot multiply them with each other"])
        return nil
    }

    /// The number that a step is, with its sign.
    private func number(_ operation: Int) -> Int? {
        switch checked.operations[operation] {
        case .number(let value): value
        case .scale(-1, let inner): if case .number(let value) = checked.operations[inner] { -value } else { nil }
        default: nil
        }
    }

    private mutating func named(_ name: String, _ span: SourceSpan) -> Int? {
        if let operation = checked.operation(named: name) { return operation }
        if broken.contains(ExactString(name)) { return nil }
        if case .periodic(let modulus, let residue, _)? = Predefined.periodic(name) {
            return checked.add(.periodic(modulus: modulus, residue: residue), span)
        }
        return fail(
            .undefinedName, "\(name.prefix(40)) is not defined before it is used", at: span,
            notes: notes(about: name))
    }

    private func notes(about name: String) -> [String] {
        let near = checked.suggestion(for: name)
        if !near.isEmpty { return near }
        if name.begins(with: "q_") { return ["did you mean Q_\(name.unicodeScalars.dropFirst(2).prefix(40))?"] }
        if name.begins(with: "pos_") { return ["there are pos_even and pos_odd, and i % m == r"] }
        return ["a token is written Q_\(name.prefix(40)) or in double quotes"]
    }

    /// A token that no input can hold is a slip of the pen as a rule.
    private mutating func note(_ token: String, _ span: SourceSpan, _ consequence: String) {
        guard let vocabulary, !vocabulary.contains(ExactString(token)),
            hasToldOfToken.insert(ExactString(token)).inserted
        else { return }
        diagnostics.append(
            Diagnostic(
                .warning, .pragma, "\(VisibleText.quoted(token)) is not in the vocabulary: \(consequence)", at: span))
    }
}
