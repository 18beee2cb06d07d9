import Foundation
import Serialization

/// `metrics.jsonl` of a pretraining, and its progress on standard error.
final class PretrainLog {
    private let metrics: MetricsLog
    private let total: Int
    private let firstStep: Int
    private let started = Clock.now
    private let onTerminal = isatty(STDERR_FILENO) == 1
    private var shown = -Double.infinity
    private var smoothed: Float?
    private var heldOut: HeldOutLoss?
    /// Bytes written so far; saved with every checkpoint.
    var length: Int { metrics.length }

    /// - Parameter length: how much of an existing file to keep.
    init(at file: URL, keeping length: Int, total: Int, firstStep: Int) throws {
        metrics = try MetricsLog(at: file, keeping: length)
        (self.total, self.firstStep) = (total, firstStep)
    }

    func append(
        step: Int, loss: Float, lr: Float, gradientNorm: Double, tokens: Int, seconds: Double
    ) throws {
        try metrics.append(line: """
            {"step":\(step),"loss":\(loss),"lr":\(lr),"gradient_norm":\(Float(gradientNorm)),\
            "tokens_per_second":\((Double(tokens) / seconds).rounded()),"seconds":\((seconds * 1e6).rounded() / 1e6)}

            """)
        smoothed = smoothed.map { 0.98 * $0 + 0.02 * loss } ?? loss
        let now = Clock.now
        guard now - shown >= (onTerminal ? 0.2 : 10) || step == total else { return }
        shown = now
        let done = step - firstStep
        let pace = (now - started) / Double(max(done, 1))
        let held = heldOut.map { String(format: "  held out %.4f (%.4f a byte)", $0.perToken, $0.perByte) } ?? ""
        show(
            "step \(step)/\(total)  loss \(String(format: "%.4f", smoothed ?? loss))\(held)  "
                + "\(Int(Double(tokens) / pace)) tokens/s  ETA \(Clock.describe(seconds: pace * Double(total - step)))")
    }

    func append(step: Int, heldOut loss: HeldOutLoss) throws {
        heldOut = loss
        try metrics.append(line: """
            {"step":\(step),"held_out_nats_per_token":\(loss.perToken),"held_out_nats_per_byte":\(loss.perByte)}

            """)
        shown = -.infinity
    }

    func synchronize() throws { try metrics.synchronize() }

    /// Leaves a terminal's bar behind.
    func end() { if onTerminal { Progress.note("") } }

    private func show(_ line: String) {
        if onTerminal {
            try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(line)".utf8))
        } else {
            Progress.note(line)
        }
    }
}
