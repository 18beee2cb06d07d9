import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

@Suite struct GenerationTests {
    private let model = FormulaModel.make()

    private func slow(_ prompt: [Int32], _ count: Int, stop: Int32?) -> [Int32] {
        plainContinuation(of: prompt, by: model, count: count, stop: stop)
    }

    @Test func cachedGenerationIsThePlainOne() throws {
        var random = SeededRandom(seed: 4)
        let prompts = (0..<40).map { _ in (0...random.integer(below: 11)).map { _ in Int32(random.integer(below: 31)) }
        }
        let expected = prompts.map { slow($0, 5, stop: nil) }
        #expect(try model.generate(prompts: prompts, maxNewTokens: 5) == expected)
        // Stop at whatever is generated most: some texts end early, and the others go on.
        let stop = expected[0][0]
        #expect(
            try model.generate(prompts: prompts, maxNewTokens: 5, stop: stop) == prompts.map { slow($0, 5, stop: stop) }
        )
        #expect(try model.generate(prompts: prompts, maxNewTokens: 0).allSatisfy(\.isEmpty))
    }

    /// A context of 12: the token that the twelfth one predicts is the last.
    @Test func generationEndsWithTheContext() throws {
        let results = try model.generate(prompts: [[1, 2, 3], Array(1...12)], maxNewTokens: 1000)
        #expect(results.map(\.count) == [10, 1])
        #expect(results[0] == slow([1, 2, 3], 1000, stop: nil))
    }

    @Test func impossiblePromptsAreRefused() {
        for prompt in [[], [Int32](repeating: 1, count: 13), [31], [-1]] {
            #expect(failure { _ = try model.generate(prompts: [[1], prompt], maxNewTokens: 2) }?.kind == .badData)
        }
    }

    @Test func samplesFollowTheDistribution() throws {
        let prompt: [Int32] = [3, 1, 4]
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, PackedBatch([prompt]))).value.rows(2..<3).values
        func softmax(_ logits: [Float], _ temperature: Float) -> [Double] {
            let largest = logits.max() ?? 0
            let weights = logits.map { Double(exp(($0 - largest) / temperature)) }
            return weights.map { $0 / weights.reduce(0, +) }
        }
        let count = 20_000
        for (temperature, topK) in [(1.0, nil), (4.0, nil), (4.0, 5)] as [(Double, Int?)] {
            let results = try model.generate(
                prompts: Array(repeating: prompt, count: count), maxNewTokens: 1,
                sampling: .sampled(temperature: temperature, topK: topK, seed: 9))
            var counts = [Double](repeating: 0, count: 31)
            for result in results { counts[Int(result[0])] += 1 }
            var expected = softmax(logits, Float(temperature))
            if let topK {
                let threshold = expected.sorted(by: >)[topK - 1]
                expected = expected.map { $0 >= threshold ? $0 : 0 }
                expected = expected.map { $0 / expected.reduce(0, +) }
                #expect(counts.filter { $0 > 0 }.count <= topK)
            }
            for (got, share) in zip(counts, expected) {
                // Five standard errors of a count.
                #expect(abs(got - share * Double(count)) <= 5 * (Double(count) * share * (1 - share)).squareRoot() + 1)
            }
        }
    }

    @Test func samplesDependOnTheSeedOnly() throws {
        let prompts: [[Int32]] = [[1, 2], [3], [4, 5, 6]]
        func sample(_ seed: UInt64, _ prompts: [[Int32]]) throws -> [[Int32]] {
            try model.generate(
                prompts: prompts, maxNewTokens: 6, sampling: .sampled(temperature: 2, topK: 20, seed: seed))
        }
        #expect(try sample(1, prompts) == sample(1, prompts))
        #expect(try sample(1, prompts) != sample(2, prompts))
        #expect(try sample(1, prompts)[0] == sample(1, [prompts[0]])[0])
    }
}
