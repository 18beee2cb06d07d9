import Foundation
import Serialization
import Testing
import TrainingEngine

@Suite struct RunPartsTests {
    /// Test vectors of the xxHash specification's reference implementation.
    @Test(arguments: [
        ("", "ef46db3751d8e999"), ("a", "d24ec4f1a98c6e5b"), ("abc", "44bc2cf5ad770999"),
        ("Nobody inspects the spammish repetition", "fbcea83c8a378bf1"),
    ])
    func xxHash64(text: String, hash: String) {
        #expect(XXHash64.hex(Data(text.utf8)) == hash)
    }

    @Test func schedules() {
        let cosine = Schedule(shape: .cosine, warmup: 10, steps: 110, floor: 0.1)
        #expect(cosine.factor(at: 1) == 0.1)
        #expect(cosine.factor(at: 10) == 1)
        #expect(abs(cosine.factor(at: 60) - 0.55) < 1e-6)
        #expect(abs(cosine.factor(at: 110) - 0.1) < 1e-6)
        #expect(Schedule(shape: .linear, warmup: 0, steps: 100, floor: 0).factor(at: 75) == 0.25)
        #expect(Schedule(shape: .constant, warmup: 0, steps: 0).factor(at: 1) == 1)
    }

    @Test func metricsAreOneJSONObjectALine() throws {
        let line = StepMetrics(
            step: 3, loss: 1.5, parts: ["ce": 0.1, "alg": 1e-9, "kl": 0], lr: 1e-4, tokensPerSecond: 1234.56,
            seconds: 0.25
        ).jsonLine
        #expect(
            line == """
                {"step":3,"loss":1.5,"ce":0.1,"alg":1e-09,"kl":0.0,"lr":0.0001,"tokens_per_second":1234.6,"seconds":0.25}

                """)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double])
        #expect(Set(object.keys) == ["step", "loss", "ce", "alg", "kl", "lr", "tokens_per_second", "seconds"])
        #expect(object["ce"].map { Float($0) } == 0.1)
        #expect(object["alg"].map { Float($0) } == 1e-9)
        #expect(line.hasSuffix("}\n"))
    }
}
