/// Means of fractions as fractions.
///
/// The sum of 1/3, 1/6 and 1/2 differs in its last digit with the order of summation, and `== 1` would be true of one
/// order and false of another. Where a mean or sum lies within rounding of a fraction with a small denominator, it is
/// that fraction.
package enum NearestFraction {
    /// Rounding errors of a sum stay far below this part of its largest term.
    private static let tolerance = 0x1p-43
    private static let largestDenominator = 1 << 20

    /// The double that is nearest to the simplest fraction within rounding of `number`; the number itself where there
    /// is none.
    ///
    /// - Parameter scale: the largest magnitude among the terms.
    package static func of(_ number: Double, scale: Double) -> Double {
        let allowed = tolerance * scale
        let magnitude = abs(number)
        guard magnitude < 0x1p31, allowed > 0, allowed < 1e-4 else { return number }
        // Convergents of the continued fraction. A fraction this close is one of them, and the only one, while
        // allowed < 1 / 4 denominator^2.
        var (p0, q0, p1, q1) = (0, 1, 1, 0)
        var rest = magnitude
        for _ in 0..<40 {
            let whole = rest.rounded(.down)
            guard whole < 0x1p31 else { return number }
            let (p, q) = (Int(whole) * p1 + p0, Int(whole) * q1 + q0)
            guard q <= largestDenominator, 4 * Double(q) * Double(q) * allowed <= 1 else { return number }
            let fraction = Double(p) / Double(q)
            if abs(fraction - magnitude) <= allowed { return number < 0 ? -fraction : fraction }
            (p0, q0, p1, q1) = (p1, q1, p, q)
            guard rest > whole else { return number }
            rest = 1 / (rest - whole)
        }
        return number
    }
}
