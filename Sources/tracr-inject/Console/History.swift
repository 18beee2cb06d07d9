import Foundation

/// Lines entered before, in this session and earlier ones.
struct History {
    private static let longest = 1000

    private(set) var lines: [String] = []
    private let file: URL?

    /// Reads the file where there is one. A history that cannot be read or written is no reason to stop.
    init(file: URL?) {
        self.file = file
        guard let file, let text = try? String(contentsOf: file, encoding: .utf8) else { return }
        lines = text.split(separator: "\n").suffix(Self.longest).map(String.init)
    }

    /// `$XDG_STATE_HOME/tracr-inject/history`, by default under `~/.local/state`.
    static var standardFile: URL? {
        let environment = ProcessInfo.processInfo.environment
        let state: URL
        if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
            state = URL(fileURLWithPath: folder)
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            state = URL(fileURLWithPath: home).appendingPathComponent(".local/state")
        } else {
            return nil
        }
        return state.appendingPathComponent("tracr-inject/history")
    }

    /// Adds a line unless it is blank or repeats the last one, and saves at once: a session may end at any time.
    mutating func add(_ line: String) {
        guard !line.allSatisfy(\.isWhitespace), lines.last?.hasSameBytes(as: line) != true else { return }
        lines.append(line)
        lines.removeFirst(max(0, lines.count - Self.longest))
        guard let file else { return }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file, options: .atomic)
    }
}
