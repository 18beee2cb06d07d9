import Basics
import Compiler
import Foundation
import RASP

/// What a console is asked beside the language: `:name EXPRESSION`, some with `to PLACE` at the end.
struct ConsoleCommand {
    let session: Session
    let options: CompilerOptions

    static let names = [":compile", ":draw", ":help", ":layers", ":quit", ":trace", ":type", ":verify"]

    private static let help = """
        Statements of RASP end with ; and may go on over several lines. Tab completes names.
          set example "abc"     the input that examples are shown on
          load "file";          the definitions of file.rasp
          draw(s, "abc");       the computation of s, in s.svg
          exit                  or Ctrl-D
        Of an s-op, by name or as an expression:
          :type EXPR            what it is, and what values it has on the example
          :layers EXPR          layers and attention heads that it needs
          :trace EXPR           every named variable on the example, position by position
          :draw EXPR [to FILE]  the computation on the example, as an SVG file
          :compile EXPR [to DIR]  weights of a transformer; written with DIR
          :verify EXPR          compile, and compare with the interpreter
        """

    /// - Returns: whether the conversation is over.
    func run(_ line: String) throws -> Bool {
        let words = line.split(separator: " ", maxSplits: 1)
        let name = String(words.first ?? ":")
        let argument = words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : ""
        do {
            try run(name, argument)
        } catch let error where !Self.isFatal(error) {
            // An error ends what was asked, not the conversation.
            try Standard.output.flush()
            Standard.error(ErrorReport(error).text)
        }
        return name == ":quit"
    }

    /// Nothing can go on after it: output is gone, or the program is wrong itself.
    static func isFatal(_ error: any Error) -> Bool {
        (error as? Failure)?.kind == .writeFailed || (error as? Failure)?.kind == .internalError
    }

    private func run(_ name: String, _ argument: String) throws {
        switch name {
        case ":help": try Standard.output.line(Self.help)
        case ":quit": break
        case ":type": try type(of: argument)
        case ":layers": try Standard.output.line(LayerTable(try program(argument)).text)
        case ":trace": try trace(try program(argument))
        case ":draw":
            let (expression, place) = Self.divided(argument)
            let program = try program(expression)
            try DrawingFile.write(
                program, on: session.example, bos: session.interpreter.bos, to: place ?? "\(program.outputName).svg")
        case ":compile":
            let (expression, place) = Self.divided(argument)
            try compile(try program(expression), to: place, verifying: 0)
        case ":verify": try compile(try program(argument), to: nil, verifying: 1000)
        default:
            throw Failure(
                .usage, "there is no command \(name.prefix(40))",
                remedy: Suggestion.nearest(to: name, among: Self.names).map { "Did you mean \($0)?" }
                    ?? ":help shows every command.")
        }
    }

    /// `EXPRESSION to PLACE`
    private static func divided(_ argument: String) -> (expression: String, place: String?) {
        guard let range = argument.range(of: " to ", options: .backwards) else { return (argument, nil) }
        return (
            String(argument[..<range.lowerBound]), argument[range.upperBound...].trimmingCharacters(in: .whitespaces)
        )
    }

    private func program(_ expression: String) throws -> Program {
        if expression.isEmpty { throw Failure(.usage, "an s-op is missing, as in :layers sort(tokens, tokens)") }
        let inspection = session.inspect(expression)
        if let program = inspection.program { return program }
        if !inspection.diagnostics.isEmpty { throw RASPError(inspection.diagnostics) }
        throw Failure(.badData, "\(expression.prefix(80)) is a \(inspection.kind ?? "command"), not an s-op")
    }

    private func type(of expression: String) throws {
        let inspection = session.inspect(expression)
        guard let kind = inspection.kind else { throw RASPError(inspection.diagnostics) }
        try Standard.output.line(kind + (inspection.values.map { " of \($0)" } ?? ""))
    }

    private func trace(_ program: Program) throws {
        let interpreter = session.interpreter
        let result = try InterpretedRunner(program: program, interpreter: interpreter).run(
            session.example, tracing: true)
        try Standard.output.line(result.table(output: program.outputName))
    }

    private func compile(_ program: Program, to place: String?, verifying count: Int) throws {
        var options = options
        // Without pragmas or flags the running example says what there is.
        if options.vocabulary == nil {
            var seen: Set<Atom> = []
            options.vocabulary = session.example.filter { seen.insert($0).inserted }
        }
        options.maxLength = options.maxLength ?? session.example.count
        options.causal = options.causal ?? session.interpreter.causal
        let started = Date()
        let model = try RASPCompiler.compile(program, options: options)
        let seconds = Date().timeIntervalSince(started)
        let report = count > 0 ? try model.verify(against: program, count: count, seed: 0) : nil
        // Wrong weights are not written.
        let written = report?.passed ?? true ? place : nil
        if let written { try model.save(to: URL(fileURLWithPath: written)) }
        let summary = CompilationSummary(model: model, directory: written, seconds: seconds, report: report)
        try Standard.output.line(summary.text)
        try report?.require()
    }
}
