/// One finding about a program: what is wrong, where, and how to mend it.
public struct Diagnostic: Sendable {
    public enum Severity: String, Sendable { case error, warning, note }

    /// Stable categories, printed in brackets and in JSON.
    public enum Code: String, Sendable {
        case lexical, syntax, incomplete
        case undefinedName = "undefined-name"
        case reservedName = "reserved-name"
        case arity, type, value, overflow, limit, load, pragma
        case notImplemented = "not-implemented"
        case precedence, causal
        case strict, interrupted, trace
    }

    /// A replacement that would mend the finding; an empty range inserts.
    public struct FixIt: Sendable {
        public let description: String
        public let span: SourceSpan
        public let replacement: String

        public init(_ description: String, span: SourceSpan, replacement: String) {
            self.description = description
            self.span = span
            self.replacement = replacement
        }
    }

    public var severity: Severity
    public var code: Code
    public var message: String
    public var span: SourceSpan?
    public var fixIt: FixIt?
    public var notes: [String]
    /// What the reference implementation says instead; transcript mode prints it.
    var transcript: String?

    public init(
        _ severity: Severity = .error, _ code: Code, _ message: String, at span: SourceSpan? = nil,
        fixIt: FixIt? = nil, notes: [String] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.span = span
        self.fixIt = fixIt
        self.notes = notes
    }
}

/// What reading or running a RASP program throws: at least one error, possibly with warnings among them.
public struct RASPError: Error, Sendable, CustomStringConvertible {
    public private(set) var diagnostics: [Diagnostic]

    public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    public init(_ code: Diagnostic.Code, _ message: String, at span: SourceSpan? = nil, notes: [String] = []) {
        diagnostics = [Diagnostic(.error, code, message, at: span, notes: notes)]
    }

    init(
        _ code: Diagnostic.Code, _ message: String, at span: SourceSpan?, fixIt: Diagnostic.FixIt? = nil,
        notes: [String] = [], transcript: TranscriptText?
    ) {
        var diagnostic = Diagnostic(.error, code, message, at: span, fixIt: fixIt, notes: notes)
        diagnostic.transcript = transcript?.lines
        diagnostics = [diagnostic]
    }

    /// Adds a way out to the last finding.
    package mutating func addNote(_ note: String) {
        if let last = diagnostics.indices.last { diagnostics[last].notes.append(note) }
    }

    public var description: String { diagnostics.map(\.rendered).joined(separator: "\n") }
}
