/// One training step as it is logged.
public struct StepMetrics: Sendable {
    public var step: Int
    public var loss: Float
    /// What each term of the loss is worth by itself.
    public var parts: Metrics
    /// The student's learning rate at this step.
    public var lr: Float
    /// Task and text tokens that went through the student, per second of this step.
    public var tokensPerSecond: Double
    /// Wall time of this step.
    public var seconds: Double

    package init(step: Int, loss: Float, parts: Metrics, lr: Float, tokensPerSecond: Double, seconds: Double) {
        (self.step, self.loss, self.parts, self.lr) = (step, loss, parts, lr)
        (self.tokensPerSecond, self.seconds) = (tokensPerSecond, seconds)
    }

    /// The line of `metrics.jsonl`. Keys stand in a fixed order and numbers are the shortest that read back exactly, so
    /// that equal runs give equal lines but for the two clock readings at the end.
    public var jsonLine: String {
        let parts = parts.entries.map { "\"\($0.name)\":\($0.value)," }.joined()
        return """
            {"step":\(step),"loss":\(loss),\(parts)"lr":\(lr),\
            "tokens_per_second":\((tokensPerSecond * 10).rounded() / 10),"seconds":\((seconds * 1e6).rounded() / 1e6)}

            """
    }
}
