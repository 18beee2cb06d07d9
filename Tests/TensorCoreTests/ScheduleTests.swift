import TensorCore
import Testing

@Suite struct ScheduleTests {
    @Test func ratesRiseAndFallAsTheShapeSays() {
        let cosine = Schedule(shape: .cosine, warmup: 10, steps: 110, floor: 0.1)
        #expect(cosine.factor(at: 1) == 0.1)
        #expect(cosine.factor(at: 10) == 1)
        #expect(abs(cosine.factor(at: 60) - 0.55) < 1e-6)
        #expect(abs(cosine.factor(at: 110) - 0.1) < 1e-6)
        #expect(Schedule(shape: .linear, warmup: 0, steps: 100, floor: 0).factor(at: 75) == 0.25)
        #expect(Schedule(shape: .constant, warmup: 0, steps: 0).factor(at: 1) == 1)
    }
}
