import Foundation

/// A console's conversation: lines go in, text comes out. It knows nothing of terminals; a command line reads and
/// prints.
public final class Session: @unchecked Sendable {
    public enum Style: Sendable {
        /// The language with what this implementation adds to it, and full diagnostics.
        case standard
        /// What the reference implementation accepts, printed as it prints.
        case transcript
    }

    /// What feeding a line led to.
    public struct Response: Sendable {
        /// Text for standard output, each line ended.
        public var output = ""
        /// Findings for standard error. The transcript style prints errors in `output` instead.
        public var diagnostics: [Diagnostic] = []
        /// Whether the session is over.
        public var exits = false
        /// The pictures that `draw` statements asked for.
        public var drawings: [Drawing] = []
    }

    public let style: Style
    /// `>> ` at a statement's beginning, else the continuation, two spaces deeper per `def`.
    public private(set) var prompt = ">> "
    public var banner: String { "RASP 0.1\nrunning example is: hello\n" }

    let evaluating: Evaluating
    let console: Scope
    private var pending = ""

    /// Selectors of which a warning has said that a causal mask changes them.
    private var warned: Set<Selector> = []
    private var positions = PositionCheck()

    /// - Parameters:
    ///   - style: how values and errors are shown.
    ///   - causal: whether a position sees only itself and earlier ones.
    ///   - bos: a token that is put before every input.
    ///   - limits: what evaluating may take.
    ///   - libraries: folders in which what `load` names is looked for at last.
    public init(
        style: Style = .standard, causal: Bool = false, bos: Atom? = nil, limits: Limits = Limits(),
        libraries: [URL] = []
    ) {
        self.style = style
        var options = Evaluating.Options(strict: style == .transcript, limits: limits)
        options.causal = causal
        options.bos = bos
        options.libraries = libraries
        evaluating = Evaluating(options: options, base: Library.base(strict: options.strict))
        console = Scope(parent: evaluating.base, reserved: Library.names)
        console.variables["tokens"] = Library.scope.variables["tokens"]
        evaluating.scope = console
    }

    deinit { console.variables = [:] }

    /// Feeds one line, without its end.
    public func feed(_ line: String) -> Response {
        do {
            return try DeepStack.run { self.take(line) }
        } catch {
            return refusal(error)
        }
    }

    /// Whether no statement has been begun.
    public var isAtStart: Bool { pending.isEmpty }

    /// How the session evaluates.
    public var interpreter: Interpreter { evaluating.options.interpreter }

    /// Drops the statement that has been begun, as Ctrl-C does.
    public func abandon() {
        pending = ""
        prompt = ">> "
    }

    /// The names that begin with `prefix`: those that are bound, and the words of the language.
    public func completions(of prefix: String) -> [String] {
        var names = Set(console.variables.keys).union(Library.scope.variables.keys)
        if style == .standard { names.formUnion(Library.extended.variables.keys.filter { !$0.hasPrefix("_") }) }
        names.formUnion(Keyword.allCases.map(\.rawValue))
        names.formUnion(Parser.primitives.map { $0 + "(" })
        return names.filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// The statement that has been begun is dropped, for a reason.
    private func refusal(_ error: RASPError) -> Response {
        abandon()
        var response = Response(diagnostics: error.diagnostics)
        if style == .transcript { response.output = error.diagnostics.map { $0.transcriptLines + "\n" }.joined() }
        return response
    }

    private func take(_ typed: String) -> Response {
        var response = Response()
        // The reference never reads a line that begins with #, also within a statement; its place in the text stays.
        let line = style == .transcript && Self.isComment(typed) ? "" : typed
        pending += pending.isEmpty ? line : "\n" + line
        if pending.utf8.count > evaluating.options.limits.sourceSize {
            return refusal(RASPError(.limit, "the statement is too long"))
        }
        let file = SourceFile(name: "<console>", text: pending)
        let strict = style == .transcript
        let parsed = Parser.parse(file, options: .init(strict: strict, limits: evaluating.options.limits))
        let errors = parsed.diagnostics.filter { $0.severity == .error }
        if waitsForMore(parsed, errors, file) { return response }
        pending = ""
        prompt = ">> "
        evaluating.begin(with: style == .standard ? parsed.diagnostics : [])
        if style == .standard {
            // Statements without an error run, whatever is wrong with the others.
        } else if let first = errors.first {
            // Nothing of a line with an error in it runs.
            response.output = first.transcriptLines + "\n"
            return response
        } else if parsed.statements.count > 1 {
            response.output = TranscriptText.host("").lines + "\n"
            return response
        }
        evaluating.run(errors.isEmpty || style == .standard ? parsed.statements : [])
        response.drawings = evaluating.drawings
        render(evaluating.events, into: &response)
        if style == .standard { response.diagnostics = evaluating.diagnostics + response.diagnostics }
        console.poisoned = []
        console.hasFailedLoad = false
        return response
    }

    private static func isComment(_ line: String) -> Bool {
        line.unicodeScalars.first { !$0.properties.isWhitespace } == "#"
    }

    /// Sets the continuation prompt when the text so far is no whole statement.
    private func waitsForMore(_ parsed: Parser.Output, _ errors: [Diagnostic], _ file: SourceFile) -> Bool {
        let isBlank = parsed.statements.isEmpty && errors.isEmpty
        // The reference takes a missing semicolon for unfinished input, whatever follows.
        let lacksEnd = style == .transcript && errors.first?.fixIt?.replacement == ";"
        guard isBlank || (parsed.isIncomplete && errors.first?.code == .incomplete) || lacksEnd else { return false }
        if isBlank { pending = "" }
        let words = pending.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
        let definitions = words.count { $0.elementsEqual("def".unicodeScalars) }
        prompt = ".. " + String(repeating: "  ", count: definitions)
        if pending.isEmpty { prompt = style == .transcript ? ".. " : ">> " }
        return true
    }

    /// Warnings about the selectors below a new s-op that the session's mask changes, one for each selector.
    private func causalWarnings(of event: Evaluating.Event) -> [Diagnostic] {
        guard case .value(_, .sop(let sop)) = event else { return [] }
        return CausalCheck.warnings(
            about: CausalCheck.selectorsAhead(in: [sop]).filter { warned.insert($0.selector).inserted })
    }

    /// Warnings about reads of positions that the running example does not have.
    private func positionWarnings(of event: Evaluating.Event) -> [Diagnostic] {
        guard case .value(_, .sop(let sop)) = event, evaluating.showsSOpExamples else { return [] }
        return positions.warnings(about: PositionCheck.reads(below: sop), length: interpreter.framed(example).count)
    }

    private func render(_ events: [Evaluating.Event], into response: inout Response) {
        let printer = EventPrinter(evaluating: evaluating, style: style)
        for event in events {
            switch event {
            case .exit: response.exits = true
            case .failed(let diagnostic):
                if style == .transcript { response.output += diagnostic.transcriptLines + "\n" }
            default:
                if style == .standard {
                    if evaluating.options.causal { response.diagnostics += causalWarnings(of: event) }
                    response.diagnostics += positionWarnings(of: event)
                }
                response.output += printer.text(event)
            }
        }
        response.diagnostics += printer.findings
    }
}
