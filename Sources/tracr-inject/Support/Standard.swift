import Basics
import Foundation
import Logging

/// The process's standard streams, set up once.
enum Standard {
    static let output = OutputStream()
    /// Whether nothing is said, as by all ranks of a job but the first.
    nonisolated(unsafe) static var isSilent = false

    /// Signals and logging, before any argument is parsed.
    ///
    /// SIGPIPE gets its default action back even where a parent ignored it, so that `tracr-inject … | head` ends
    /// quietly. (`train` ignores it again: a run of hours must outlive the reader of its progress.)
    static func prepare() {
        openMissingStreams()
        _ = output  // asks whether it is a terminal: one that has gone away no longer looks like it
        signal(SIGPIPE, SIG_DFL)
        // A file that may not grow (ulimit -f) is a failed write, not a reason to be killed.
        signal(SIGXFSZ, SIG_IGN)
        LoggingSystem.bootstrap { label in DiagnosticLog(label: label) }
    }

    static func ignoreClosedPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Text on standard error, a line by default. One that is closed or full is no reason to stop.
    static func error(_ text: String, terminator: String = "\n") {
        guard !isSilent else { return }
        var rest = Array((text + terminator).utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// A stream that was closed by the caller (`2>&-`) would lend its number to the next file that is opened, and
    /// messages would be written into that.
    private static func openMissingStreams() {
        while true {
            let descriptor = open("/dev/null", O_RDWR)
            guard (0...STDERR_FILENO).contains(descriptor) else {
                if descriptor >= 0 { close(descriptor) }
                return
            }
        }
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
        guard !Standard.isSilent else { return }
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
                // The reader has gone, which is its right: the other end of a pipe, or the terminal.
                if code == EPIPE || code == EIO && isTerminal { return }
                throw Failure(.writeFailed, "cannot write to standard output: \(String(cString: strerror(code)))")
            }
            start += written
        }
    }
}
