import OrderedCollections

/// What a name can be bound to and an expression can give.
enum Value {
    case atom(Atom)
    case list(ListValue)
    case dict(DictValue)
    case sop(SOp)
    case selector(Selector)
    case function(FunctionValue)
    /// An s-op or selector applied to an input: for display, and usable as a list.
    case applied(Applied)

    /// The kind of value in the words of diagnostics.
    var kindName: String {
        switch self {
        case .atom(let atom): atom.kindName
        case .list: "list"
        case .dict: "dict"
        case .sop: "s-op"
        case .selector: "selector"
        case .function: "function"
        case .applied: "result of an application"
        }
    }

    /// The kind of value, with the value itself where it is short.
    var described: String {
        if case .atom(let atom) = self { return "\(atom.kindName) \(atom.described)" }
        if isUndefined { return "None" }
        if case .sop = self { return "an \(kindName)" }
        return "a \(kindName)"
    }

    /// How deep lists and dictionaries are nested. Bounded, so that releasing and printing can recurse.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .dict(let dict): dict.depth
        default: 0
        }
    }

    /// How many values printing it would show. Lists share their parts, so this can exceed any memory.
    var weight: Int {
        switch self {
        case .list(let list): list.weight
        case .dict(let dict): dict.weight
        default: 1
        }
    }

    fileprivate static func weight(_ parts: some Sequence<Value>) -> Int {
        // Saturates far above every use.
        parts.reduce(1) { min($0 + $1.weight, 1 << 40) }
    }

    var isTruthy: Bool {
        switch self {
        case .atom(let atom): atom.isTruthy
        case .list(let list): !list.items.isEmpty
        case .dict(let dict): !dict.entries.isEmpty
        default: true
        }
    }

    static func list(_ items: [Value]) -> Value { .list(ListValue(items)) }
    static func int(_ value: Int) -> Value { .atom(.int(value)) }
}

final class ListValue {
    let items: [Value]
    let depth: Int
    let weight: Int

    init(_ items: [Value]) {
        self.items = items
        depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
        weight = Value.weight(items)
    }
}

final class DictValue {
    let entries: OrderedDictionary<Atom, Value>
    let depth: Int
    let weight: Int

    init(_ entries: OrderedDictionary<Atom, Value>) {
        self.entries = entries
        depth = 1 + (entries.values.lazy.map(\.depth).max() ?? 0)
        weight = Value.weight(entries.values)
    }
}

final class FunctionValue {
    typealias Builtin = (Evaluating, [Value], SourceSpan) throws -> Value
    enum Body {
        case declared(FunctionDeclaration, Scope)
        case builtin(Builtin)
    }

    let name: String
    let parameters: [String]
    let body: Body
    /// `console`, or the string that `load` was given.
    let origin: String
    /// Words that may stand as the last argument without quotes; there they are no names.
    let words: [String]

    init(name: String, parameters: [String], body: Body, origin: String, words: [String] = []) {
        self.words = words
        self.name = name
        self.parameters = parameters
        self.body = body
        self.origin = origin
    }
}

/// The outcome of applying an s-op or selector to an input.
final class Applied {
    enum Result {
        case sequence([Atom?])
        case matrix(SelectionMatrix)
    }

    let input: [Atom]
    let result: Result

    init(input: [Atom], result: Result) {
        self.input = input
        self.result = result
    }

    var items: [Value] {
        switch result {
        case .sequence(let atoms): atoms.map { .atom($0 ?? .int(0)) }
        case .matrix(let matrix):
            (0..<matrix.size).map { row in .list((0..<matrix.size).map { .atom(.bool(matrix[row, $0])) }) }
        }
    }
}

/// Names and what they are bound to: one block of the program, with the block that encloses it.
final class Scope {
    var variables: OrderedDictionary<String, Value> = [:]
    /// The most recently evaluated expression here.
    var out: Value?
    let parent: Scope?
    /// Names that assignments in this scope may not take, beside those no scope may.
    let reserved: Set<String>
    /// Where assignments are written as well (a loaded file's loader).
    let exportTarget: Scope?
    /// Where each name was last bound, for scopes that a program's variables are read from.
    var places: [String: SourceSpan] = [:]
    /// Names that a failed statement should have bound; their use is no second error.
    var poisoned: Set<String> = []
    /// A `load` failed here: any name may be missing because of it.
    var hasFailedLoad = false

    init(parent: Scope?, reserved: Set<String> = [], exportTarget: Scope? = nil) {
        self.parent = parent
        self.reserved = reserved
        self.exportTarget = exportTarget
    }

    func lookUp(_ name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.variables[name] { return value }
            scope = current.parent
        }
        return nil
    }

    func lookUpOut() -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.out { return value }
            scope = current.parent
        }
        return nil
    }

    func isPoisoned(_ name: String) -> Bool {
        var scope: Scope? = self
        while let current = scope {
            if current.hasFailedLoad || current.poisoned.contains(name) { return true }
            scope = current.parent
        }
        return false
    }

    /// Binds the name; a name bound again moves to the end of the order.
    func bind(_ name: String, _ value: Value, at span: SourceSpan?) {
        variables.removeValue(forKey: name)
        variables[name] = value
        poisoned.remove(name)
        if let span { places[name] = span }
    }

    /// Names no assignment may take anywhere.
    static let hardReserved: Set<String> = [
        "if", "else", "not", "and", "or", "def", "return", "for", "in", "out", "range", "zip", "len", "get",
        "tokens_asis", "tokens_str", "tokens_int", "tokens_bool", "tokens_float", "indices", "True", "False",
    ]
}
