import Foundation
import Injection
import InjectionSettings
import Testing

/// No prompt of a test setting is trained on.
@Suite struct HeldOutPromptsTests {
    /// Where the generator of training reaches into a setting (the authors' ranges do, by their own account), it passes
    /// over what would be tested; built-in tasks in the paper's ranges have nothing to pass over.
    @Test(arguments: [
        ("count", Settings.Data.Prompts.paper), ("int-sum", .paper), ("shuffle-dyck", .paper), ("count", .authors),
        ("int-sum", .authors), (repository.appendingPathComponent("configs/tasks/reverse.yaml").path, .paper),
    ]) func trainingPassesThemOver(name: String, prompts: Settings.Data.Prompts) throws {
        let task = try InjectionTask.named(name, prompts: prompts)
        let heldOut = try HeldOutPrompts(task, seeds: [42])
        for setting in task.testSettings {
            for example in try task.examples(.testSetting(setting.name), count: 20) {
                #expect(heldOut.contains(example.prompt))
            }
        }
        var settings = Settings()
        settings.data.prompts = prompts
        var source = try ExampleSource(task: task, settings: settings, heldOut: heldOut)
        var seen: [Example] = []
        for _ in 0..<5_000 { seen.append(try source.next()) }
        #expect(!seen.contains { heldOut.contains($0.prompt) })

        // A position counts what was passed over, so that a resumed run goes on where it was.
        var resumed = try ExampleSource(task: task, settings: settings, heldOut: heldOut)
        resumed.advance(to: source.position)
        #expect(try resumed.next() == source.next())
        if prompts == .paper, name.count < 20 { #expect(source.position == 5_001) }
    }
}
