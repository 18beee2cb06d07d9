import Basics
import Logging

/// Sends the libraries' warnings and notes to standard error, in the same shape as errors.
struct DiagnosticLog: LogHandler {
    /// What is shown; `--quiet` raises it to errors, `--verbose` lowers it to debug. Set before any work starts.
    nonisolated(unsafe) static var threshold: Logger.Level = .notice

    let label: String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level {
        get { Self.threshold }
        set { Self.threshold = newValue }
    }

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let tag: String
        switch event.level {
        case .critical, .error: tag = Terminal.styled("error", .boldRed, for: .error) + ": "
        case .warning: tag = Terminal.styled("warning", .yellow, for: .error) + ": "
        case .notice, .info: tag = ""
        case .debug, .trace: tag = "\(event.level): "
        }
        let details = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }
            .map { " \($0.key)=\($0.value)" }
            .joined()
        Standard.error("tracr-inject: \(tag)\(event.message)\(details)")
    }
}

extension DiagnosticLog {
    /// Shows what long work tells of itself, as far as `threshold` lets it: nothing under `--quiet`, details under
    /// `--verbose`.
    static var listener: Narration.Listener {
        Narration.Listener(isTerminal: Terminal.isTerminal(.error)) { message in
            switch message {
            case .note(let line): if threshold <= .notice { Standard.error(line) }
            case .warning(let line):
                guard threshold <= .warning else { return }
                Standard.error(Terminal.styled("warning", .yellow, for: .error) + ": " + line)
            case .detail(let line): if threshold <= .debug { Standard.error(line) }
            case .progress(let text): if threshold <= .notice { Standard.error(text, terminator: "") }
            }
        }
    }
}
