import ArgumentParser
import Basics
import Foundation
import RASP
import Ranks

/// What a person sees of an error: `tracr-inject: error: message`, where, and how to mend it; and the exit code
/// (64 usage, 65 data, 66 not found, 70 internal, 73 cannot create, 74 write, 1 verification).
struct ErrorReport {
    static var prefix: String {
        "tracr-inject: " + Terminal.styled("error", .boldRed, for: .error) + ": " + Launch.place
    }

    let text: String
    let status: Int32
    let isHelp: Bool

    init(_ error: any Error) {
        switch error {
        case let failure as Failure:
            self.init(text: Self.prefix + Self.describe(failure), status: failure.kind.exitCode)
        case let failure as PeerFailure:
            self.init(failure.failure)
        case let error as RASPError:
            self.init(text: Self.ordered(error.diagnostics).map(Self.describe).joined(separator: "\n"), status: 65)
        case let code as ExitCode:
            self.init(text: "", status: code.rawValue)
        case let error as CocoaError:
            self.init(Self.failure(from: error))
        default:
            self.init(
                Failure(.internalError, "\(error)", remedy: "This is a defect in tracr-inject; please report it."))
        }
    }

    init(text: String, status: Int32, isHelp: Bool = false) {
        self.text = text
        self.status = status
        self.isHelp = isHelp
    }

    /// Prints the report and returns the exit code. Help goes to standard output, everything else to standard error.
    func send() -> Int32 {
        // What was already printed comes first, and its failure does not hide the error at hand.
        try? Standard.output.flush()
        if isHelp {
            do {
                try Standard.output.line(text)
                try Standard.output.flush()
            } catch {
                return ErrorReport(error).send()
            }
        } else if !text.isEmpty {
            Standard.error(text)
        }
        return status
    }

    static func describe(_ failure: Failure) -> String {
        var lines = [failure.message]
        if let location = failure.location { lines.append(indented(location)) }
        if let remedy = failure.remedy { lines.append(indented(remedy)) }
        return Terminal.harmless(lines.joined(separator: "\n"))
    }

    /// In the order of the source; the passes of the front end find them in another.
    static func ordered(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        let positions = diagnostics.map { $0.span?.range.lowerBound ?? .max }
        let files = Set(diagnostics.compactMap { $0.span.map { ObjectIdentifier($0.file) } })
        guard files.count == 1 else { return diagnostics }
        let order = diagnostics.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
        return order.map { diagnostics[$0] }
    }

    /// A finding about a program: the message, then the place with its source line and carets, then what would mend it.
    static func describe(_ diagnostic: Diagnostic) -> String {
        let tag: String
        switch diagnostic.severity {
        case .error: tag = prefix
        case .warning: tag = "tracr-inject: " + Terminal.styled("warning", .yellow, for: .error) + ": "
        case .note: tag = "tracr-inject: note: "
        }
        var lines = ["\(diagnostic.message) [\(diagnostic.code.rawValue)]"]
        if let span = diagnostic.span { lines.append("  " + span.location) }
        if let excerpt = diagnostic.excerpt { lines.append(excerpt) }
        if let fixIt = diagnostic.fixIt { lines.append("  fix: \(fixIt.description)") }
        lines += diagnostic.notes.map { "  note: \($0)" }
        return tag + Terminal.harmless(lines.joined(separator: "\n"))
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
    }

    /// Foundation's own file errors, where a library let one through.
    private static func failure(from error: CocoaError) -> Failure {
        let kind: Failure.Kind
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: kind = .notFound
        case .fileWriteOutOfSpace: kind = .writeFailed
        case .fileWriteNoPermission, .fileWriteFileExists, .fileWriteInvalidFileName, .fileWriteVolumeReadOnly:
            kind = .cannotCreate
        default: kind = .badData
        }
        return Failure(kind, error.localizedDescription, at: error.filePath)
    }
}
