import Basics
import RASP

/// What `run` prints: results as they come or, with `--json`, one object at the end, which holds the findings about the
/// program as well, also when an error stops the run.
struct RunReport {
    let isJSON: Bool
    private var name: String
    private var diagnostics: [Diagnostic] = []
    private var layers: [(String, JSONValue)] = []
    private var results: [JSONValue] = []
    private var count = 0

    init(isJSON: Bool, name: String) {
        self.isJSON = isJSON
        self.name = name
    }

    mutating func begin(_ name: String) { self.name = name }

    /// Findings that do not keep the program from running.
    mutating func note(_ findings: [Diagnostic]) {
        diagnostics += findings
        ProgramFile.show(findings)
    }

    /// Variables that a trace of the compiled model cannot show.
    mutating func note(missing names: [String]) {
        if names.isEmpty { return }
        note([
            Diagnostic(
                .note, .trace,
                "the compiled model does not hold \(names.joined(separator: ", ")): the trace is without",
                notes: ["without --compiled the interpreter shows every variable"])
        ])
    }

    mutating func add(_ table: LayerTable) throws {
        if isJSON { layers += table.json } else { try Standard.output.line(table.text) }
    }

    mutating func add(depth: Int) throws {
        if isJSON { layers.append(("depth", .integer(depth))) } else { try Standard.output.line("depth \(depth)") }
    }

    mutating func add(_ result: RunResult, tracing: Bool, output: String) throws {
        if isJSON {
            results.append(result.json(tracing: tracing))
        } else if let generated = result.generated {
            try Standard.output.json(JSONValue(generated))
        } else if let accepted = result.accepted, !tracing {
            try Standard.output.line(accepted ? "accept" : "reject")
        } else if tracing {
            try Standard.output.line((count == 0 ? "" : "\n") + result.table(output: output))
            if let accepted = result.accepted { try Standard.output.line(accepted ? "accept" : "reject") }
        } else {
            try Standard.output.json(JSONValue(result.output))
        }
        count += 1
    }

    /// Runs `body`, and prints what there is to print even when it throws.
    mutating func collecting(_ body: (inout RunReport) throws -> Void) throws {
        do {
            try body(&self)
        } catch {
            if let findings = Diagnostic.findings(of: error) {
                diagnostics += findings
                try finish()
            }
            throw error
        }
        try finish()
    }

    private func finish() throws {
        guard isJSON else { return }
        let members: [(String, JSONValue)] =
            [("program", .string(name))] + layers
            + [("results", .array(results)), ("diagnostics", .diagnostics(diagnostics))]
        try Standard.output.json(.object(JSONObject(members)))
    }
}
