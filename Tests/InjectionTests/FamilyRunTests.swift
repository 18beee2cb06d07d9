import Basics
import Evaluation
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import TestSupport
import Testing
import TrainingEngine

/// What a run does, it does with a student of every family that is registered, each with the tokenizer that its
/// published models have.
@Suite(.serialized) struct FamilyRunTests {
    private static let families = ModelRegistry.families.map { $0.modelType }

    private func family(_ type: String) throws -> any DecoderFamily.Type {
        try #require(ModelRegistry.families.first { $0.modelType == type })
    }

    private func settings(
        _ type: String, in folder: MicroStudent.Folder, _ overrides: [(String, String)] = []
    ) throws -> Settings { try MicroStudent.settings(in: folder, family: family(type), overrides: overrides) }

    private func weights(_ run: RunDirectory) throws -> Data {
        try Data(contentsOf: run.student.appendingPathComponent("model.safetensors"))
    }

    @Test(arguments: families)
    func aStudentIsTrainedEvaluatedAndDecoded(type: String) throws {
        let folder = try MicroStudent.Folder()
        let settings = try settings(type, in: folder, [("steps", "10")])
        let check = try Training.check(settings, output: folder("run"))
        #expect(check.memory > 0 && check.disk > 0)
        let run = try Training.start(settings, output: folder("run")).run
        let original = try Data(contentsOf: folder("student").appendingPathComponent("model.safetensors"))
        #expect(try weights(run) != original)

        let loaded = try LoadedRun(run)
        let configuration = try JSONFile.readObject(run.student.appendingPathComponent("config.json"))
        #expect(configuration["model_type"] == .string(type))

        var options = ModelEvaluation.Options()
        options.suites = [.task, .perturbed, .decoding, .causality, .interchange]
        (options.prompts, options.decodedPrompts) = (4, 3)
        (options.noisedPrompts, options.exchangedPrompts, options.norms) = (2, 8, [0])
        let suites = try #require(ModelEvaluation(run: run, options: options).json["suites"])
        #expect(suites["task"]?["n"]?.integer == 4)
        #expect(suites["decoding"]?["layers"]?.array?.count == 5)
        #expect(suites["causality"]?.array?.isEmpty == false)

        // What is decoded of a prompt by itself is what the evaluation read.
        let example = try #require(loaded.task.task.examples(.train, count: 1, seed: 1).first)
        let decoded = try DecodedPrompt(example.prompt, run: loaded)
        let encoded = try loaded.task.encoder.encode(example)
        #expect(decoded.tokens == encoded.prompt.map { loaded.student.tokenizer.piece($0) })
        #expect((0...1).contains(decoded.agreement))
    }

    @Test func aResumedRunIsTheUninterruptedOne() throws {
        let folder = try MicroStudent.Folder()
        // As many windows as the shorter run reads: one that goes on has no others.
        let constant = [("lr.schedule", "constant"), ("steps", "4"), ("text.samples", "4")]
        let whole = try Training.start(
            MicroStudent.settings(in: folder, family: Llama.self, overrides: constant), output: folder("whole"))
        let half = try MicroStudent.settings(in: folder, family: Llama.self, overrides: constant + [("steps", "2")])
        _ = try Training.start(half, output: folder("half"))
        let resumed = try Training.resume(folder("half"), overrides: [.init("steps", "4")])
        #expect(try weights(resumed.run) == weights(whole.run))
    }

    private func student(_ type: String, _ overrides: [(String, String)]) throws -> Data {
        let folder = try MicroStudent.Folder()
        return try weights(Training.start(settings(type, in: folder, overrides), output: folder("run")).run)
    }

    @Test(arguments: families)
    func recomputationTrainsTheSameStudent(type: String) throws {
        let plain = try student(type, [("steps", "2")])
        #expect(try student(type, [("steps", "2"), ("memory.recompute", "true")]) == plain)
    }

    /// Products in bf16 are others than those in fp32, and train as well. A processor without bf16 computes the same.
    @Test(arguments: families)
    func precisionIsHeeded(type: String) throws {
        let (single, half) = ([("steps", "2"), ("precision", "fp32")], [("steps", "2"), ("precision", "bf16")])
        let isTheSame = try student(type, single) == student(type, half)
        #expect(isTheSame == (Settings.Precision.bf16.effective == .fp32))
    }

    /// Products in bf16 round the original's matrices in any case, so that only those in fp32 show how it is kept.
    @Test func anOriginalInBF16IsAnother() throws {
        let single = [("steps", "3"), ("precision", "fp32")]
        #expect(try student("llama", single + [("memory.original", "bf16")]) != student("llama", single))
    }
}
