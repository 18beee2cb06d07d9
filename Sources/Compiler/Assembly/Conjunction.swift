/// Units that are 1 where m indicators x are all 1, for inputs from clean to noisy.
///
/// Noise on one indicator reaches every unit that reads it. If units passed it on, it would add up: layers of 300 units
/// that each read the sum of 300 directions are wrong after a few layers. So the noisier the input is, the more of it
/// the units cut off.
enum Conjunction {
    /// Noise of the argument up to which `plain` will do, and up to which `tolerant` will.
    static let limits = (plain: 0x1p-6, tolerant: 0x1p-4)

    /// `ReLU(x1 + ... + xm - m + 1)`: 0 with one indicator missing, and no more than that.
    static func plain(_ form: LinearForm, count: Int) -> LinearForm { argument(form, count, slope: 1) }

    /// `ReLU(5/4 (x1 + ... + xm - m) + 1)`: -1/4 with one indicator missing. The noise of directions that are not set
    /// ends here. A steeper slope would tolerate more of it, but would amplify the noise of the directions that are
    /// set.
    static func tolerant(_ form: LinearForm, count: Int) -> LinearForm { argument(form, count, slope: 1 + tolerance) }
    static let tolerance = 0.25

    private static func argument(_ form: LinearForm, _ count: Int, slope: Double) -> LinearForm {
        var argument = LinearForm(bias: 1 - slope * Double(count))
        argument.add(form, times: slope)
        return argument
    }

    /// The arguments of two units whose difference is 1 where all conditions hold and 0 where one is missing, exactly
    /// so while noise is below a quarter: `ReLU(2 (x - m) + 3/2) - ReLU(2 (x - m) + 1/2)`.
    static func saturating(_ form: LinearForm, count: Int) -> (first: LinearForm, second: LinearForm) {
        var first = LinearForm(bias: 1.5 - 2 * Double(count))
        first.add(form, times: 2)
        var second = first
        second.bias -= 1
        return (first, second)
    }
}
