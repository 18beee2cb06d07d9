import Basics
import RASP

extension Diagnostic {
    /// What an error has to say in a report that is to hold all there is; nil for one that says nothing.
    static func findings(of error: any Error) -> [Diagnostic]? {
        if let error = error as? RASPError { return error.diagnostics }
        guard let failure = error as? Failure else { return nil }
        let notes = [failure.location, failure.remedy].compactMap { $0 }
        return [Diagnostic(.error, .value, failure.message, notes: notes)]
    }
}

extension JSONValue {
    init(_ diagnostic: Diagnostic) {
        var members: [(String, JSONValue)] = [
            ("severity", .string(diagnostic.severity.rawValue)), ("code", .string(diagnostic.code.rawValue)),
            ("message", .string(diagnostic.message)),
        ]
        if let span = diagnostic.span { members.append(("span", JSONValue(span))) }
        if let excerpt = diagnostic.excerpt { members.append(("excerpt", .string(excerpt))) }
        if let fixIt = diagnostic.fixIt {
            members.append(
                (
                    "fix",
                    [
                        "description": .string(fixIt.description), "replacement": .string(fixIt.replacement),
                        "span": JSONValue(fixIt.span),
                    ]
                ))
        }
        if !diagnostic.notes.isEmpty { members.append(("notes", .strings(diagnostic.notes))) }
        self = .object(JSONObject(members))
    }

    /// Lines and columns from 1, columns in Unicode scalars; the end is the first column behind.
    private init(_ span: SourceSpan) {
        let (start, end) = (span.start, span.end)
        self = [
            "file": .string(span.file.name), "line": .integer(start.line), "column": .integer(start.column),
            "end_line": .integer(end.line), "end_column": .integer(end.column),
        ]
    }

    static func diagnostics(_ diagnostics: [Diagnostic]) -> JSONValue {
        .array(ErrorReport.ordered(diagnostics).map { JSONValue($0) })
    }
}
