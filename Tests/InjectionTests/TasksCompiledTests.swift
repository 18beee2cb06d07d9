import Compiler
import Injection
import InjectionSettings
import LanguageModels
import RASP
import Resources
import Testing

/// The tasks in the bundled student's own tokens, against the compiled programs: what every run checks before it
/// trains.
@Suite struct TasksCompiledTests {
    private func encoder(_ task: InjectionTask) throws -> TaskEncoder {
        let tokenizer = try Tokenizer.load(
            BundledFiles(environment: ["TRACR_INJECT_HOME": repository.path]).tinyStudent())
        return try TaskEncoder(
            task: task,
            tokenizer: tokenizer.removingMerges { left, right in task.edits.contains { $0.removes(left, right) } })
    }

    @Test(arguments: InjectionTask.builtInNames, [Settings.Data.Prompts.paper, .authors])
    func compiledProgramsSolveTheirTasks(name: String, prompts: Settings.Data.Prompts) throws {
        let task = try InjectionTask.named(name, prompts: prompts)
        let encoder = try encoder(task)
        let compiled = try RASPCompiler.compile(bundledProgram(task), options: encoder.compilerOptions)
        let report = try encoder.check(
            task.examples(.train, count: 20) + task.examples(.test, count: 20), against: compiled)
        #expect(report.examples == 40)

        // Appendix D's last column; the authors' almost-balanced examples are longer than those trained on.
        let supported = Set(
            try task.testSettings.filter { setting in
                let examples = try task.examples(.testSetting(setting.name), count: 20)
                return failure { _ = try encoder.check(examples, against: compiled) } == nil
            }.map(\.name))
        let expected: Set<String> =
            switch name {
            case "count": ["x-only", "y-to-z"]
            case "int-sum": ["cascading-overflow"]
            default: prompts == .paper ? ["almost-balanced"] : []
            }
        #expect(supported == expected)
    }
}
