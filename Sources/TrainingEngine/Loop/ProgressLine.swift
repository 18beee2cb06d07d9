import Basics

/// Tells how far long work is and how much time is left: one line that is redrawn on a terminal, and a line now and
/// then elsewhere.
public struct ProgressLine {
    private let total: Int
    private let first: Int
    private let onTerminal = Narration.listener?.isTerminal ?? false
    private let started = Clock.now
    private var lastShown = -Double.infinity

    /// Seconds between two plain lines, and between two redraws.
    private var interval: Double { onTerminal ? 0.2 : 10 }

    /// - Parameters:
    ///   - total: how much there is to do.
    ///   - first: how much of it was done before.
    public init(total: Int, first: Int = 0) { (self.total, self.first) = (total, first) }

    /// Shows `text`, where it is time to, and at the end always.
    public mutating func show(_ done: Int, _ text: @autoclosure () -> String) {
        guard Clock.now - lastShown >= interval || done == total else { return }
        lastShown = Clock.now
        let pace = (lastShown - started) / Double(max(done - first, 1))
        let line = "\(text())  ETA \(Clock.describe(seconds: pace * Double(total - done)))"
        let isEnd = done == total
        if isEnd { lastShown = -.infinity }
        Narration.progress(
            onTerminal ? "\r\u{1B}[K\(Self.bar(done, of: total)) \(line)\(isEnd ? "\n" : "")" : line + "\n")
    }

    /// Ends a line that has not reached its end, so that what follows starts on a line of its own.
    public mutating func interrupt() {
        if onTerminal, lastShown > 0 { Narration.progress("\n") }
        lastShown = -.infinity
    }

    private static func bar(_ done: Int, of total: Int, width: Int = 20) -> String {
        let filled = total > 0 ? done * width / total : width
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }
}
