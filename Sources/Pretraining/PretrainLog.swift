import Foundation
import TrainingEngine

/// `metrics.jsonl` of a pretraining, and its progress on standard error.
final class PretrainLog {
    private let metrics: MetricsLog
    private let total: Int
    private var line: ProgressLine
    private var smoothed: Float?
    private var heldOut: HeldOutLoss?
    /// Bytes written so far; saved with every checkpoint.
    var length: Int { metrics.length }

    /// - Parameter length: how much of an existing file to keep.
    init(at file: URL, keeping length: Int, total: Int, firstStep: Int) throws {
        metrics = try MetricsLog(at: file, keeping: length)
        self.total = total
        line = ProgressLine(total: total, first: firstStep)
    }

    func append(
        step: Int, loss: Float, lr: Float, gradientNorm: Double, tokens: Int, seconds: Double
    ) throws {
        try metrics.append(
            line: """
                {"step":\(step),"loss":\(loss),"lr":\(lr),"gradient_norm":\(Float(gradientNorm)),\
                "tokens_per_second":\((Double(tokens) / seconds).rounded()),"seconds":\((seconds * 1e6).rounded() / 1e6)}

                """)
        smoothed = smoothed.map { 0.98 * $0 + 0.02 * loss } ?? loss
        let held = heldOut.map { String(format: "  held out %.4f (%.4f a byte)", $0.perToken, $0.perByte) } ?? ""
        line.show(
            step,
            "step \(step)/\(total)  loss \(String(format: "%.4f", smoothed ?? loss))\(held)  "
                + "\(Int(Double(tokens) / seconds)) tokens/s")
    }

    func append(step: Int, heldOut loss: HeldOutLoss) throws {
        heldOut = loss
        try metrics.append(
            line: """
                {"step":\(step),"held_out_nats_per_token":\(loss.perToken),"held_out_nats_per_byte":\(loss.perByte)}

                """)
    }

    func synchronize() throws { try metrics.synchronize() }

    /// Leaves a terminal's bar behind.
    func end() { line.interrupt() }
}
