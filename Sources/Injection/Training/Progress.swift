import Foundation

/// Shows how a run is going, on standard error: a bar that is redrawn on a terminal, a plain line now and then elsewhere.
public struct Progress {
    private let total: Int
    private let onTerminal: Bool
    private let started: Double
    private let firstStep: Int
    private var lastShown = -Double.infinity
    private var loss = Smoothed()
    private var ce = Smoothed()
    private var alg = Smoothed()
    private var kl = Smoothed()
    private var speed = Smoothed()

    /// Seconds between two plain lines, and between two redraws of the bar.
    private var interval: Double { onTerminal ? 0.2 : 10 }

    public init(total: Int, firstStep: Int) {
        self.total = total
        self.firstStep = firstStep
        onTerminal = isatty(STDERR_FILENO) == 1
        started = Clock.now
    }

    public mutating func update(_ metrics: StepMetrics) {
        loss.add(metrics.loss)
        ce.add(metrics.ce)
        alg.add(metrics.alg)
        kl.add(metrics.kl)
        speed.add(Float(metrics.tokensPerSecond))
        let now = Clock.now
        let isEnd = metrics.step == total
        guard now - lastShown >= interval || isEnd else { return }
        lastShown = now
        let done = metrics.step - firstStep
        let remaining = (now - started) / Double(max(done, 1)) * Double(total - metrics.step)
        let line =
            "step \(metrics.step)/\(total)  loss \(loss) (ce \(ce) alg \(alg) kl \(kl))  "
            + "\(Int(speed.value)) tokens/s  ETA \(Clock.describe(seconds: remaining))"
        if onTerminal {
            let bar = Progress.bar(metrics.step, of: total)
            Progress.write("\r\u{1B}[K\(bar) \(line)\(isEnd ? "\n" : "")")
        } else {
            Progress.write(line + "\n")
        }
    }

    /// Ends a bar that has not reached its end, so that what follows starts on a line of its own.
    public func interrupt() {
        if onTerminal && lastShown > 0 { Progress.write("\n") }
    }

    /// A line on standard error.
    public static func note(_ line: String) { write(line + "\n") }

    /// Progress is not worth dying for: a closed standard error is ignored.
    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func bar(_ step: Int, of total: Int, width: Int = 20) -> String {
        let filled = total > 0 ? step * width / total : width
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
    }

    /// An exponential mean over about the last twenty steps, so that a line shows a trend and not one batch.
    private struct Smoothed: CustomStringConvertible {
        private var sum: Float = 0
        private var weight: Float = 0
        var value: Float { weight > 0 ? sum / weight : 0 }
        mutating func add(_ x: Float) {
            sum = 0.95 * sum + x
            weight = 0.95 * weight + 1
        }
        var description: String { String(format: "%.4f", value) }
    }
}

/// Wall time that never runs backwards.
enum Clock {
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    static func describe(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e8 else { return "?" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return String(format: "%dm%02ds", whole / 60, whole % 60) }
        return String(format: "%dh%02dm", whole / 3600, whole / 60 % 60)
    }
}
