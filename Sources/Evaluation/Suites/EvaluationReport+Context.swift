import Basics
import Foundation
import Injection
import Resources

/// Whether the student follows its program wherever the prompt stands.
extension ModelEvaluation.Report {
    mutating func context(_ run: LoadedRun) throws {
        let placer = try PromptPlacer(run, count: options.contextPrompts, prose: prose(run), seed: options.seed)
        let result = try ContextMeasurement(run, placer: placer).measure()
        for kind in ContextResult.Kind.allCases {
            let cells = result.cells(of: kind)
            for cell in cells { rows.append(Self.row(cell.label, cell, programLength: result.programLength)) }
            if cells.count > 1, let total = result.total(of: kind) {
                rows.append(Self.row("\(kind.rawValue), all", total, programLength: result.programLength))
            }
        }
        results.add(.context, result)
    }

    /// The tokens of the text that contexts are taken from: enough of them for a whole context of the student.
    private func prose(_ run: LoadedRun) throws -> [Int32] {
        let file = try options.text ?? BundledFiles().tinyStudent().appendingPathComponent("heldout.txt")
        let trained = run.settings.text.file.map { URL(fileURLWithPath: $0) }
        if let trained, trained.resolvingSymlinksInPath().path == file.resolvingSymlinksInPath().path {
            throw Failure(
                .usage, "the suite context would take its contexts from the text that the run was trained on",
                at: file.path, remedy: "give another one with --text")
        }
        let text = try TextDocuments.whole(file, format: options.textFormat)
        let tokens = try run.student.tokenizer.tokens(of: text)
        let wanted = run.student.model.configuration.contextLength
        guard tokens.count >= wanted else {
            throw Failure(
                .badData,
                "the text has \(tokens.count) tokens, and the suite context needs the \(wanted) that the student reads",
                at: file.path, remedy: "give a longer one with --text")
        }
        return tokens
    }

    private static func row(_ what: String, _ cell: ContextResult.Cell, programLength: Int) -> [String] {
        var details = ["\(cell.accuracy.successes) of \(cell.accuracy.n)"]
        if cell.unanswered > 0 { details.append("\(cell.unanswered) without an answer by the program") }
        if cell.tooLong > 0 { details.append("\(cell.tooLong) longer than the student's context") }
        if let decoded = cell.decoded {
            var text = "variables \(percent(decoded.value))"
            if let around = cell.decodedAround { text += ", around the prompt \(percent(around.value))" }
            let beyond = decoded.unrepresented + (cell.decodedAround?.unrepresented ?? 0)
            details.append(text + (beyond == 0 ? "" : ", less \(beyond) values beyond the compiled program"))
            if let exchanges = cell.exchanges {
                let pooled = Proportion(pooling: [exchanges.output, exchanges.others])
                let share = "exchanges \(percent(pooled.value)) of \(pooled.n)"
                details.append(pooled.n == 0 ? "no exchange changes the answer" : share)
            } else {
                details.append("no exchanges: the program was compiled for \(programLength) tokens")
            }
        }
        return ["context", what, percent(cell.accuracy.value), details.joined(separator: "; ")]
    }
}

extension ContextResult.Cell {
    /// What is around the prompt, in words.
    var label: String {
        guard let size else { return fills ? "\(kind.rawValue), all that fits" : kind.rawValue }
        let unit = kind == .several ? "prompt" : "token"
        return "\(kind.rawValue), \(size) \(unit)\(size == 1 ? "" : "s")"
    }
}
