import Foundation

/// Shows how a training is going.
public struct Progress {
    private let total: Int
    private var line: ProgressLine
    private var loss = Smoothed()
    /// Of each part of the loss.
    private var parts: [String: Smoothed] = [:]
    private var speed = Smoothed()

    public init(total: Int, firstStep: Int) {
        self.total = total
        line = ProgressLine(total: total, first: firstStep)
    }

    public mutating func update(_ metrics: StepMetrics) {
        loss.add(metrics.loss)
        speed.add(Float(metrics.tokensPerSecond))
        let shown = metrics.parts.entries.map { name, value in
            parts[name, default: Smoothed()].add(value)
            return "\(name) \(parts[name, default: Smoothed()])"
        }
        line.show(
            metrics.step,
            "step \(metrics.step)/\(total)  loss \(loss) (\(shown.joined(separator: " ")))  \(Int(speed.value)) tokens/s"
        )
    }

    public mutating func interrupt() { line.interrupt() }

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
