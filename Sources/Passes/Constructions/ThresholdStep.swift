import Foundation

/// The step `ReLU(z) - ReLU(z - 1)` with `z = steepness * x - offset`: 0 at `low` and below, 1 at `high` and above.
///
/// It rises within the middle half of the gap, so each side tolerates an error of a quarter of the gap. Steepness is
/// a power of two and the offset a multiple of 1/64: in fp32 both products and both differences are then exact
/// wherever the step is saturated, and the two units cancel without a residue.
package struct ThresholdStep {
    package let steepness: Double
    package let offset: Double
    /// By how much z may be off at `low` or `high` without reaching the slope: about one half.
    package let tolerance: Double

    package init(between low: Double, and high: Double) {
        steepness = Self.powerOfTwo(atLeast: 2 / (high - low))
        offset = ((steepness * (low + high) / 2 - 0.5) * 64).rounded() / 64
        tolerance = min(offset - steepness * low, steepness * high - offset - 1)
    }

    package static func powerOfTwo(atLeast value: Double) -> Double { exp2(log2(value).rounded(.up)) }
}
