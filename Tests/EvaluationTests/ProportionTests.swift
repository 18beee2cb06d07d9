import Evaluation
import Testing

@Suite struct ProportionTests {
    /// The formula worked out in double precision outside this project.
    @Test(arguments: [
        (0, 10, 0.0, 0.277533), (5, 10, 0.236593, 0.763407), (10, 10, 0.722467, 1.0), (21, 40, 0.374974, 0.670645),
    ]) func intervalIsWilsons(successes: Int, n: Int, low: Double, high: Double) {
        let interval = Proportion(successes, of: n).interval
        #expect(abs(interval.lowerBound - low) < 5e-6)
        #expect(abs(interval.upperBound - high) < 5e-6)
    }

    @Test func nothingTriedIsUnknown() {
        #expect(Proportion().interval == 0...1)
    }
}
