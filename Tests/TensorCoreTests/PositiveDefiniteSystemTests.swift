import TensorCore
import Testing

@Suite struct PositiveDefiniteSystemTests {
    /// By hand: 4 * 1.25 + 2 * 1.5 = 8, 2 * 1.25 + 3 * 1.5 = 7; and the same matrix with the second unit vector.
    @Test func rowsAreSolved() throws {
        let solution = try PositiveDefiniteSystem.solve([4, 2, 2, 3], [8, 7, 0, 8], size: 2)
        let expected = [1.25, 1.5, -2, 4]
        #expect(zip(solution, expected).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(try PositiveDefiniteSystem.solve([], [], size: 0).isEmpty)
    }

    @Test func whatIsNoneIsRefused() {
        #expect(throws: (any Error).self) { try PositiveDefiniteSystem.solve([1, 2, 2, 1], [1, 1], size: 2) }
        #expect(throws: (any Error).self) { try PositiveDefiniteSystem.solve([.nan], [1], size: 1) }
    }
}
