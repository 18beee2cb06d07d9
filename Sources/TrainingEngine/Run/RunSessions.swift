import Basics
import Foundation

/// `sessions.jsonl`: an object for each time that a run was begun or gone on with, which says by what and when.
package enum RunSessions {
    /// Begins a session.
    ///
    /// - Parameters:
    ///   - facts: what computes from here on.
    ///   - step: the last step that was taken before.
    package static func begin(_ facts: JSONObject, after step: Int, at run: RunDirectory) throws(Failure) {
        var session = JSONObject([("begun", .string(now)), ("after_step", .integer(step))])
        for (key, value) in facts.members { session[key] = value }
        let lines = read(run) + [.object(session)]
        let text = lines.map { $0.text(indented: false) + "\n" }.joined()
        try AtomicFile.write(Data(text.utf8), to: run.sessions)
    }

    /// All sessions so far, the first one first.
    package static func read(_ run: RunDirectory) -> [JSONValue] {
        let text = try? RegularFile.text(run.sessions, maximumBytes: 10_000_000, called: "sessions.jsonl")
        return (text ?? "").split(separator: "\n").compactMap { line in
            try? JSONParser.parse(String(line), name: run.sessions.path)
        }
    }

    /// The time of day in UTC, as ISO 8601 has it.
    package static var now: String { Date().ISO8601Format() }
}
