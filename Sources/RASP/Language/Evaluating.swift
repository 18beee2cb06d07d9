import Foundation

/// Runs statements: builds the graph of s-ops that a program's text describes.
final class Evaluating {
    struct Options: Sendable {
        /// Whether to refuse what the reference implementation refuses. As there, every node is then evaluated on the
        /// example as soon as it is built.
        var strict = false
        var limits = Limits()
        var causal = false
        var bos: Atom?
        /// Where loaded files are; nil: they are looked for.
        var references: [SourceReference]?
        /// Folders where loaded files are looked for at last.
        var libraries: [URL] = []

        var interpreter: Interpreter { Interpreter(causal: causal, bos: bos, limits: limits) }
    }

    /// What a console shows of a statement.
    enum Event {
        case value(name: String, Value)
        case function(FunctionValue)
        case drawn(Applied)
        case loaded([(name: String, Value)])
        case examples(Command.Subject)
        case exit
        case failed(Diagnostic)
        /// What a file with errors in it gave, in order.
        case loadedWithErrors([Event])
    }

    /// An error that has been reported already where it arose.
    struct Suppressed: Error {}

    let options: Options
    let base: Scope
    var scope: Scope
    var diagnostics: [Diagnostic] = []
    var events: [Event] = []
    /// What `draw` statements asked for, those of loaded files among them.
    var drawings: [Drawing] = []
    /// Loops that stand in no other loop, in the order in which they were run.
    var repetitions: [Repetition] = []
    /// Whether the body of a loop is being run.
    var isRepeating = false
    /// `load` string of the file being run, or `console`.
    var origin = "console"
    /// Files being loaded, innermost last.
    var loading: [LoadedFile] = []
    /// Files that were loaded so far, each once, in the order of loading.
    var loadedFiles: [URL] = []
    /// What files that are loaded name, and where it was found.
    var references: [SourceReference] = []
    var sopExample = Value.atom(.string("hello"))
    var selectorExample = Value.atom(.string("hello"))
    var showsSOpExamples = true
    var showsSelectorExamples = true
    var showsFullDisplay = false
    /// What the last binding called a node, for display only.
    var nodeNames: [GraphNode: String] = [:]
    lazy var trial = TrialEvaluation(limits: options.limits)
    lazy var alternativeTrial = TrialEvaluation(limits: options.limits)
    /// Inputs of the applications being evaluated, innermost last.
    var trialInputs: [[Atom]] = []

    // What has been used so far of what the limits allow.
    var steps = 0
    var appliedWork = 0
    var storage = 0
    var nodes = 0
    var depth = 0
    var calls = 0
    var loads = 0
    var loadedSize = 0
    /// Calls in progress from user text into the library: what they build belongs to the call's place.
    var librarySpan: SourceSpan?
    /// Scopes that functions close over. They can form cycles with their functions, and long chains; both are taken
    /// apart when the session ends.
    private var closedOver: [Scope] = []

    init(options: Options, base: Scope) {
        self.options = options
        self.base = base
        scope = base
    }

    deinit {
        for scope in closedOver where scope !== base {
            scope.variables = [:]
            scope.out = nil
        }
    }

    func retain(closure scope: Scope) {
        if closedOver.last !== scope { closedOver.append(scope) }
    }

    /// Counts from zero again what the limits allow, for the next input of a conversation.
    func begin(with diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
        events = []
        drawings = []
        steps = 0
        storage = 0
        appliedWork = 0
        loads = 0
        loadedSize = 0
        trial.begin()
        alternativeTrial.begin()
    }

    // MARK: Errors and limits

    func error(
        _ code: Diagnostic.Code, _ message: String, at span: SourceSpan?, notes: [String] = [],
        transcript: TranscriptText? = nil
    ) -> RASPError {
        RASPError(code, message, at: span, notes: notes, transcript: transcript)
    }

    func step(at span: SourceSpan?) throws {
        steps += 1
        try Cancellation.check(at: span)
        if steps > options.limits.steps {
            throw error(.limit, "the program takes more than \(options.limits.steps) steps to build", at: span)
        }
    }

    /// Accounts for `bytes` of new lists, dictionaries or text.
    func charge(_ bytes: Int, at span: SourceSpan?) throws {
        storage += bytes
        if storage > options.limits.storage {
            throw error(.limit, "the program builds more than \(options.limits.storage >> 20) MiB of values", at: span)
        }
    }

    func checkLength(_ count: Int, at span: SourceSpan?) throws {
        if count > options.limits.listLength {
            throw error(
                .limit, "a list may hold \(options.limits.listLength) items; this one would hold \(count)", at: span)
        }
        try charge(count * 32 + 64, at: span)
    }

    func makeList(_ items: [Value], at span: SourceSpan?) throws -> Value {
        try checkLength(items.count, at: span)
        let list = ListValue(items)
        if list.depth > options.limits.nesting {
            throw error(.limit, "lists are nested more than \(options.limits.nesting) levels deep", at: span)
        }
        return .list(list)
    }

    func makeSOp(_ operation: SOp.Operation, at span: SourceSpan) throws -> Value {
        try countNode(at: span)
        let sop = SOp(operation, span: librarySpan ?? span)
        try tryOut(.sop(sop))
        return .sop(sop)
    }

    func makeSelector(_ operation: Selector.Operation, at span: SourceSpan) throws -> Value {
        try countNode(at: span)
        let selector = Selector(operation, span: librarySpan ?? span)
        try tryOut(.selector(selector))
        return .selector(selector)
    }

    private func countNode(at span: SourceSpan) throws {
        nodes += 1
        if nodes > options.limits.nodes {
            throw error(.limit, "the program has more than \(options.limits.nodes) s-ops and selectors", at: span)
        }
    }

    /// In strict mode every node must succeed on the current example, as in the reference implementation.
    func tryOut(_ node: GraphNode) throws {
        guard options.strict, let input = try? sequence(of: sopExample, at: node.span) else { return }
        do { try trial.evaluate(node, on: input) } catch let failure as RASPError {
            // In `expression(input)`, success on that input is enough.
            guard let alternative = trialInputs.last else { throw failure }
            do { try alternativeTrial.evaluate(node, on: alternative) } catch is RASPError { throw failure }
        }
    }

    func convert<Result>(at span: SourceSpan, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let failure as ValueError {
            throw error(failure.code, failure.reason, at: span, transcript: failure.transcript)
        }
    }
}

/// A file that is being loaded.
struct LoadedFile {
    let path: String
    let directory: String
}
