import RASP
import Testing

/// Means and sums of fractions are the fractions that they lie within rounding of, whatever the order.
@Suite struct NearestFractionTests {
    @Test func orders() throws {
        let share = SOp(.elementwise(ElementwiseFunction("1 / x") { try Arithmetic.divide(1, $0[0]) }, [tokens]))
        let mean = aggregate(selectAll(), share)
        let orders: [[Atom]] = [[2, 3, 6, 7, 7], [7, 3, 2, 7, 6], [6, 7, 3, 7, 2], [3, 7, 7, 6, 2]]
        let results = try orders.map { try Interpreter().evaluate(mean, on: $0)[0] }
        #expect(Set(results).count == 1)
        let expected: Double = 9.0 / 35.0
        #expect(results[0]?.doubleValue == expected)
    }

    @Test(arguments: [
        (0.49999999999999994, 0.5), (0.30000000000000004, 0.3), (5.551115123125783e-17, 0.0),
        (-0.33333333333333337, -1.0 / 3),
    ])
    func nearby(_ number: Double, _ fraction: Double) { #expect(NearestFraction.of(number, scale: 1) == fraction) }

    /// What is no simple fraction stays as it is, and so does what is small because its terms are.
    @Test(arguments: [
        (0.12345678912345, 1.0), (3.141592653589793, 4.0), (5.551115123125783e-17, 1e-16), (1e300, 1e300),
        (0.5000001234, 1.0),
    ])
    func others(_ number: Double, _ scale: Double) { #expect(NearestFraction.of(number, scale: scale) == number) }
}
