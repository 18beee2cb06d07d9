import Foundation
import RASP
import Serialization

/// A conversation in the RASP language, over `RASP.Session`: on a terminal with prompts, otherwise a script.
struct Console {
    private let session: Session
    private let isInteractive = Terminal.isTerminal(.input)

    init(causal: Bool) {
        session = Session(causal: causal)
    }

    /// Loads a program's definitions.
    func load(_ program: URL) throws {
        let path = program.path.replacing("\"", with: "\\\"")
        try show(session.feed("load \"\(path)\";"))
    }

    /// Reads lines until their end, `exit`, or `quit`.
    func converse() throws {
        if isInteractive { try Standard.output.write(session.banner) }
        var lines = InputLines()
        while true {
            if isInteractive { try Standard.output.write(Terminal.styled(session.prompt, .dim, for: .output)) }
            guard let line = try lines.next()?.get() else { break }
            let response = session.feed(line)
            try show(response)
            if response.exits { return }
        }
        if isInteractive { try Standard.output.line() }
    }

    private func show(_ response: Session.Response) throws {
        try Standard.output.write(response.output)
        if !response.diagnostics.isEmpty {
            // What was said before an error stands before it.
            try Standard.output.flush()
            for diagnostic in ErrorReport.ordered(response.diagnostics) { Standard.error(ErrorReport.describe(diagnostic)) }
        }
    }
}
