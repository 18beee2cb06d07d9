import Foundation

/// Tells a loss that leaps out of its recent course, which often comes before a divergence.
///
/// The course is a running mean and variance of the logarithm, so that a loss that falls by orders of magnitude over a
/// run is judged by the same measure throughout.
package struct LossSpike {
    private var mean: Float = 0
    private var variance: Float = 0
    private var seen = 0

    /// Steps that the course is told from before anything is judged.
    private static let warmup = 50
    /// Share of a new step in the running mean.
    private static let rate: Float = 0.05
    /// A spike is further above the mean than this many standard deviations, and than this factor.
    private static let deviations: Float = 6
    private static let factor: Float = 3

    package init() {}

    /// - Parameter loss: of the next step; finite.
    /// - Returns: what the loss was expected to be, when it is a spike.
    package mutating func expected(beside loss: Float) -> Float? {
        // A loss of zero or below has no course worth watching.
        guard loss > 0 else { return nil }
        let value = log(loss)
        let distance = value - mean
        let isSpike =
            seen >= Self.warmup
            && distance > max(Self.deviations * variance.squareRoot(), log(Self.factor))
        let before = exp(mean)
        // A spike is not let into the course: the next one is measured by what was usual before it.
        let rate = max(Self.rate, 1 / Float(seen + 1)) * (isSpike ? 0.1 : 1)
        mean += rate * distance
        variance = (1 - rate) * (variance + rate * distance * distance)
        seen += 1
        return isSpike ? before : nil
    }
}
