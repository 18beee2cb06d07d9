/// An error in the words of the reference implementation, which transcript mode prints.
enum TranscriptText: Sendable {
    /// A refused statement.
    case ignored(String)
    /// An error of its host language.
    case host(String)
    case notImplemented

    var lines: String {
        switch self {
        case .ignored(let message): "\t\t!!ignoring input:\n\t \(message)"
        case .host(let message): "something went wrong: \(message)"
        case .notImplemented: "not implemented this command yet! ignoring"
        }
    }
}

extension Diagnostic {
    /// The lines that transcript mode prints: the reference's own where they are known, else ours in its form.
    var transcriptLines: String {
        if let transcript { return transcript }
        switch code {
        case .lexical, .syntax, .incomplete, .strict: return "\t!! antlr exception: \(message) \t-- ignoring input"
        case .overflow, .limit: return TranscriptText.host(message).lines
        default: return TranscriptText.ignored(message).lines
        }
    }
}
