import Basics
import Benchmarking
import Evaluation
import Foundation
import Injection
import TestSupport
import Testing
import TrainingEngine

/// Students of the families after GPT-2 go the same way: trained, resumed, evaluated, decoded and measured.
@Suite(.serialized) struct FamilyRunTests {
    /// Qwen2's tokenizer parts the blank before a number from it, and the bundled tasks' answers begin with that blank:
    /// training is refused (`aBlankByItselfIsRefused`).
    private static let families = MicroStudent.Family.allCases.filter { ![.gpt2, .qwen2].contains($0) }

    @Test func aBlankByItselfIsRefused() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, family: .qwen2)
        #expect {
            try Training.start(settings, output: folder("run"))
        } throws: { ($0 as? Failure)?.message.contains("the answer's token ' ' stands for no output") == true }
    }

    private func weights(_ run: RunDirectory) throws -> Data {
        try Data(contentsOf: run.student.appendingPathComponent("model.safetensors"))
    }

    @Test(arguments: families)
    func aStudentIsTrainedEvaluatedAndDecoded(family: MicroStudent.Family) throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, family: family)
        let run = try Training.start(settings, output: folder("run")).run
        let original = try Data(contentsOf: folder("student").appendingPathComponent("model.safetensors"))
        #expect(try weights(run) != original)

        let loaded = try LoadedRun(run)
        let configuration = try JSONFile.readObject(run.student.appendingPathComponent("config.json"))
        #expect(configuration["model_type"] == .string(type(of: loaded.student.configuration).modelType))

        var options = ModelEvaluation.Options()
        options.suites = [.decoding, .causality, .interchange]
        (options.decodedPrompts, options.noisedPrompts, options.exchangedPrompts, options.norms) = (3, 2, 8, [0])
        let suites = try #require(ModelEvaluation(run: run, options: options).json["suites"])
        #expect(suites["decoding"]?["layers"]?.array?.count == 5)
        #expect(suites["causality"]?.array?.isEmpty == false)

        let prompt = try #require(loaded.task.task.examples(.train, count: 1, seed: 1).first?.prompt)
        let decoded = try DecodedPrompt(prompt, run: loaded)
        #expect(!decoded.tokens.isEmpty && (0...1).contains(decoded.agreement))
    }

    @Test func aResumedRunIsTheUninterruptedOne() throws {
        let folder = try MicroStudent.Folder()
        // As many windows as the shorter run reads: one that goes on has no others.
        let constant = [("lr.schedule", "constant"), ("steps", "4"), ("text.samples", "4")]
        let whole = try Training.start(
            MicroStudent.settings(in: folder, family: .llama, overrides: constant), output: folder("whole"))
        let half = try MicroStudent.settings(in: folder, family: .llama, overrides: constant + [("steps", "2")])
        _ = try Training.start(half, output: folder("half"))
        let resumed = try Training.resume(folder("half"), overrides: [.init("steps", "4")])
        #expect(try weights(resumed.run) == weights(whole.run))
    }

    private func student(_ overrides: [(String, String)]) throws -> Data {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, family: .llama, overrides: overrides)
        return try weights(Training.start(settings, output: folder("run")).run)
    }

    @Test func recomputationTrainsTheSameStudent() throws {
        let plain = try student([("steps", "3")])
        #expect(try student([("steps", "3"), ("memory.recompute", "true")]) == plain)
    }

    /// Products in bf16 round the original's matrices in any case, so that only those in fp32 show how it is kept.
    @Test func anOriginalInBF16IsAnother() throws {
        let single = [("steps", "3"), ("precision", "fp32")]
        #expect(try student(single + [("memory.original", "bf16")]) != student(single))
    }

    @Test(arguments: families)
    func aStepIsMeasured(family: MicroStudent.Family) throws {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make(family: family).save(to: folder("student"))
        var options = StepBenchmark.Options()
        (options.student, options.steps) = (folder("student").path, 1)
        (options.taskExamples, options.texts) = (2, 2)
        let benchmark = try StepBenchmark(options)
        #expect(benchmark.tokensPerStep == 2 * 60 + 2 * 70 && benchmark.operationsPerStep > 0)
    }
}
