import Basics
import InjectionSettings

/// Times greedy continuation of many prompts at once, which is what evaluation does.
package struct GenerationBenchmark: Sendable {
    package let prompts: Int
    package let promptTokens: Int
    package let newTokens: Int
    package let seconds: Double

    /// New tokens only: reading the prompts counts as time.
    package var tokensPerSecond: Double { Double(prompts * newTokens) / seconds }

    /// - Throws: `Failure` for a student that is not there, or whose context is too short.
    package init(
        student: String, prompts count: Int = 1_000, promptTokens: Int = 60, newTokens: Int = 8,
        precision: Settings.Precision = .fp32, seed: Int = 42
    ) throws {
        let model = try BenchmarkStudent.model(student, seed: seed)
        guard promptTokens + newTokens <= model.configuration.contextLength else {
            throw Failure(
                .badData,
                "the student's context of \(model.configuration.contextLength) tokens is too short to be benchmarked")
        }
        var random = SeededRandom(seed: seed, stream: "generation benchmark")
        let inputs = (0..<count).map { _ in
            (0..<promptTokens).map { _ in Int32(random.integer(below: model.configuration.vocabularySize)) }
        }
        _ = try model.generate(
            prompts: Array(inputs.prefix(8)), maxNewTokens: newTokens, precision: precision.ofProducts)
        let started = Clock.now
        _ = try model.generate(prompts: inputs, maxNewTokens: newTokens, precision: precision.ofProducts)
        seconds = Clock.now - started
        (prompts, self.promptTokens, self.newTokens) = (count, promptTokens, newTokens)
    }
}
