import Foundation
import Logging
import Serialization

/// The process's standard streams, set up once.
enum Standard {
    static let output = OutputStream()

    /// Signals and logging, before any argument is parsed.
    ///
    /// SIGPIPE gets its default action back even where a parent ignored it, so that `tracr-inject … | head` ends
    /// quietly. (`train` ignores it again: a run of hours must outlive the reader of its progress.)
    static func prepare() {
        signal(SIGPIPE, SIG_DFL)
        LoggingSystem.bootstrap { label in DiagnosticLog(label: label) }
    }

    static func ignoreClosedPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// Buffered standard output whose write errors are not lost: a full disk behind `> file` ends in exit code 74.
///
/// (C's `stdout` is a mutable global that Swift 6 rightly refuses to share.)
final class OutputStream: @unchecked Sendable {
    private var buffer: [UInt8] = []
    private let capacity = 1 << 16
    private let isTerminal = Terminal.isTerminal(.output)

    func write(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        if isTerminal || buffer.count >= capacity { try flush() }
    }

    func line(_ text: String = "") throws {
        try write(text + "\n")
    }

    /// One value on one line.
    func json(_ value: JSONValue) throws {
        try line(value.text(indented: false))
    }

    func flush() throws {
        var start = 0
        defer { buffer.removeAll(keepingCapacity: true) }
        while start < buffer.count {
            let written = buffer[start...].withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0 {
                let code = errno
                if code == EINTR { continue }
                throw Failure(.writeFailed, "cannot write to standard output: \(String(cString: strerror(code)))")
            }
            start += written
        }
    }
}
