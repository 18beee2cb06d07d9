import Compiler
import GPT2
import Injection
import RASP
import Testing

/// Prompts beside a task's distribution, with the compiled model's answers.
@Suite struct PerturbedExamplesTests {
    private struct Setup {
        let task: InjectionTask
        let encoder: TaskEncoder
        let model: CompiledModel
        let perturbed: PerturbedExamples

        init(_ name: String, candidates: Int = 1) throws {
            task = try InjectionTask.named(name)
            let edits = task.edits
            let tokenizer = try Tokenizer.load(
                BundledFiles(environment: ["TRACR_INJECT_HOME": repository.path]).tinyStudent())
            encoder = try TaskEncoder(
                task: task,
                tokenizer: tokenizer.removingMerges { left, right in edits.contains { $0.removes(left, right) } })
            model = try RASPCompiler.compile(bundledProgram(task), options: encoder.compilerOptions)
            var perturbed = PerturbedExamples(
                encoder: encoder, model: model, heldOut: try HeldOutPrompts(task, seeds: [42]), seed: 7)
            try perturbed.cover(candidates, examples: task.examples(.train, count: 200))
            self.perturbed = perturbed
        }

        func made(_ count: Int) throws -> [(example: Example, encoded: EncodedExample)] {
            try task.examples(.train, count: count).enumerated().compactMap {
                try perturbed.perturbation(of: $0.element, at: $0.offset)
            }
        }
    }

    @Test(arguments: InjectionTask.builtInNames)
    func answersAreTheCompiledModelsAndFitTheContext(name: String) throws {
        let setup = try Setup(name)
        let made = try setup.made(150)
        // Most prompts have an answer; one in ten of them belongs to the test split of count or shuffle-dyck and is drawn again.
        #expect(made.count > 140)
        for (example, encoded) in made {
            #expect(encoded.contentCount <= setup.encoder.longest)
            try setup.encoder.compare(encoded, with: setup.model.run(encoded.atoms), example: example)
        }
        #expect(Set(made.map(\.example)).count > 100, "perturbations repeat themselves")
    }

    @Test func theyReachBeyondTheTasksAlphabet() throws {
        let setup = try Setup("count")
        let own = Set(try setup.task.examples(.train, count: 100).flatMap { try setup.encoder.encode($0).tokens })
        let tokens = Set(try setup.made(100).flatMap { Array($0.encoded.prompt) })
        #expect(tokens.subtracting(own).count > 50)
    }

    @Test(arguments: InjectionTask.builtInNames)
    func nothingHeldOutIsMade(name: String) throws {
        let setup = try Setup(name)
        let held = try HeldOutPrompts(setup.task, seeds: [42])
        let test = Set(try setup.task.examples(.test, count: 2_000).map(\.prompt))
        for setting in setup.task.settings {
            let example = try #require(try setup.task.examples(.setting(setting.name), count: 1).first)
            #expect(held.contains(example.prompt), "\(setting.name)")
        }
        for (example, _) in try setup.made(300) {
            #expect(!held.contains(example.prompt) && !test.contains(example.prompt))
        }
    }

    @Test func theyDependOnSeedAndPlaceAlone() throws {
        let setup = try Setup("count")
        let example = try #require(try setup.task.examples(.train, count: 1).first)
        let first = try #require(try setup.perturbed.perturbation(of: example, at: 3))
        #expect(try setup.perturbed.perturbation(of: example, at: 3)?.encoded == first.encoded)
        #expect(try setup.perturbed.perturbation(of: example, at: 4)?.encoded != first.encoded)
    }

    @Test func ofSeveralCandidatesTheRarestValuesAreKept() throws {
        let (plain, rarest) = (try Setup("count").made(400), try Setup("count", candidates: 6).made(400))
        // Taken from the task's definition: counts above 30 are rare among perturbed prompts.
        func large(_ made: [PerturbedExamples.Made]) -> Int { made.count { Int($0.example.answer.dropFirst()) ?? 0 > 30 } }
        #expect(2 * large(rarest) > 3 * large(plain), "\(large(rarest)) against \(large(plain))")
        #expect(rarest.count > 380)
    }
}
