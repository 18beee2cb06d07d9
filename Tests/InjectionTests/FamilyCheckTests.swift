import Benchmarking
import Injection
import InjectionSettings
import LanguageModels
import TestSupport
import Testing

/// What is checked and measured before a run, is so with a student of every family that is registered.
@Suite(.serialized) struct FamilyCheckTests {
    private static let families = ModelRegistry.families.map { $0.modelType }

    private func family(_ type: String) throws -> any DecoderFamily.Type {
        try #require(ModelRegistry.families.first { $0.modelType == type })
    }

    @Test(arguments: families, InjectionTask.builtInNames)
    func everyTaskIsChecked(type: String, task: String) throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, family: family(type),
            overrides: [("task", task), ("method", "finetune"), ("data.check", "100")])
        #expect(try Training.check(settings, output: folder("run")).exampleTokens > 0)
    }

    @Test(arguments: families)
    func aStepIsMeasured(type: String) throws {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make(family: family(type)).save(to: folder("student"))
        var options = StepBenchmark.Options()
        (options.student, options.steps) = (folder("student").path, 1)
        (options.taskExamples, options.texts) = (2, 2)
        let benchmark = try StepBenchmark(options)
        #expect(benchmark.tokensPerStep == 2 * 60 + 2 * 70 && benchmark.operationsPerStep > 0)
    }
}
