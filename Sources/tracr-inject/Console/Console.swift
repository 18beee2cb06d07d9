import Basics
import Compiler
import Foundation
import RASP
import Resources

/// A conversation in the RASP language, over `RASP.Session`: with prompts and line editing on a terminal, else a
/// script.
struct Console {
    let session: Session
    /// What `:compile` and `:verify` take where the running example does not decide.
    var compilerOptions = CompilerOptions()
    /// Prints prompts, and everything else on standard output, as the reference implementation does.
    private let isTranscript: Bool
    private let isInteractive: Bool
    private let libraries: [URL]
    private var drawings = DrawingFile()

    init(causal: Bool = false, bos: Atom? = nil, transcript: Bool = false) {
        libraries = BundledFiles().programFolders
        session = Session(
            style: transcript ? .transcript : .standard, causal: causal, bos: bos, libraries: libraries)
        isTranscript = transcript
        isInteractive = !transcript && Terminal.isTerminal(.input)
    }

    /// Loads a program's definitions; its pragmas become the settings of `:compile`.
    mutating func load(_ url: URL) throws {
        let path = url.path
        if path.holds("\"") { throw Failure(.badData, "a path with a double quote cannot be loaded", at: path) }
        try show(session.feed("load \"\(path)\";"))
        guard let program = try? Program.load(contentsOf: url, options: ProgramOptions(libraries: libraries)) else {
            return
        }
        compilerOptions.vocabulary = compilerOptions.vocabulary ?? program.vocabulary
        compilerOptions.maxLength = compilerOptions.maxLength ?? program.maxLength
    }

    /// Reads lines until their end, `exit`, or `quit`.
    mutating func converse() throws {
        if isTranscript || isInteractive { try Standard.output.write(session.banner) }
        if isInteractive { try Standard.output.line(":help shows what can be asked.") }
        var lines: any LineSource = isInteractive && Terminal.canEdit ? EditedLines(session) : PlainLines()
        if isInteractive, Terminal.canEdit { InterruptKey.observe() }
        while true {
            let prompt = isTranscript || isInteractive ? session.prompt : ""
            let input = try lines.next(prompt: prompt)
            guard case .line(let line) = input else {
                if input == .end { break }
                session.abandon()
                continue
            }
            Cancellation.reset()
            if !isTranscript, session.isAtStart, line.hasPrefix(":") {
                if try ConsoleCommand(session: session, options: compilerOptions).run(line) { return }
                continue
            }
            let response = session.feed(line)
            try show(response)
            if response.exits { return try isTranscript ? Standard.output.line() : () }
        }
        if isTranscript { try Standard.output.write("\n\n") }
    }

    private mutating func show(_ response: Session.Response) throws {
        try Standard.output.write(response.output)
        // What was said before an error stands before it.
        if !response.diagnostics.isEmpty { try Standard.output.flush() }
        for diagnostic in ErrorReport.ordered(response.diagnostics) { Standard.error(ErrorReport.describe(diagnostic)) }
        guard !isTranscript else { return }
        do {
            for drawing in response.drawings { try drawings.write(drawing, bos: session.interpreter.bos) }
        } catch let error where !ConsoleCommand.isFatal(error) {
            Standard.error(ErrorReport(error).text)
        }
    }
}

/// Where a console's lines come from.
private protocol LineSource {
    mutating func next(prompt: String) throws -> LineEditor.Input
}

/// Standard input as it comes.
private struct PlainLines: LineSource {
    var lines = InputLines()

    mutating func next(prompt: String) throws -> LineEditor.Input {
        try Standard.output.write(prompt)
        return try lines.next().map { .line(try $0.get().text) } ?? .end
    }
}

private struct EditedLines: LineSource {
    let editor = LineEditor(history: History(file: History.standardFile))

    init(_ session: Session) {
        editor.completions = { stem in
            stem.hasPrefix(":")
                ? ConsoleCommand.names.filter { $0.hasPrefix(stem) } : session.completions(of: stem)
        }
    }

    mutating func next(prompt: String) throws -> LineEditor.Input { try editor.read(prompt: prompt) }
}
