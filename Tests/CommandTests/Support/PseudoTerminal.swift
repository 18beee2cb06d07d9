import Foundation
import Testing

/// The executable on a terminal of its own.
final class PseudoTerminal {
    private let process = Process()
    private var controller: Int32
    private var pending = ""

    init(_ arguments: [String], environment: [String: String], in directory: URL) throws {
        var own: Int32 = -1
        var other: Int32 = -1
        try #require(openpty(&own, &other, nil, nil, nil) == 0)
        controller = own
        // Inherited by the child alone: it has to see the end when this side closes.
        _ = fcntl(own, F_SETFD, FD_CLOEXEC)
        let terminal = FileHandle(fileDescriptor: other, closeOnDealloc: false)
        process.executableURL = Tool.executable
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = terminal
        process.standardOutput = terminal
        process.standardError = terminal
        try process.run()
        try terminal.close()
    }

    deinit {
        if process.isRunning { process.terminate() }
        hangUp()
    }

    /// The terminal goes away.
    func hangUp() {
        if controller >= 0 { close(controller) }
        controller = -1
    }

    func wait(forContentOf file: String) { process.wait(forContentOf: file) }

    /// Waits for the text and, after a line that was entered, for the next prompt: only then are keys read one by one.
    func type(_ keys: String, expecting text: String, thenPrompt: Bool = true) throws {
        pending = ""
        let bytes = Array(keys.utf8)
        try #require(write(controller, bytes, bytes.count) == bytes.count)
        try wait(for: text)
        guard thenPrompt, let end = pending.range(of: text)?.upperBound else { return }
        pending = String(pending[end...])
        try wait(for: ">> \u{1B}[K")
    }

    /// Reads until the text has appeared. A minute is far beyond what any answer takes, on any machine.
    func wait(for text: String) throws {
        let deadline = Date().addingTimeInterval(60)
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !pending.contains(text) {
            try #require(Date() < deadline, "no \(text.debugDescription) in \(pending.debugDescription)")
            var request = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 100) > 0 else { continue }
            let count = read(controller, &chunk, chunk.count)
            try #require(count > 0, "the terminal was closed; \(pending.debugDescription)")
            pending += String(decoding: chunk[..<count], as: UTF8.self)
        }
    }

    /// Waits until the program has left the mode in which it reads every key itself, Ctrl-C as well.
    func waitUntilKeysAreSignals() throws {
        let deadline = Date().addingTimeInterval(60)
        var mode = termios()
        repeat {
            try #require(Date() < deadline && tcgetattr(controller, &mode) == 0)
            usleep(1_000)
        } while mode.c_lflag & tcflag_t(ISIG) == 0
    }

    /// What Ctrl-C sends then. The terminal here is not the one that controls the process, and sends no signals itself.
    func interrupt() { process.interrupt() }

    func waitForExit() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}
