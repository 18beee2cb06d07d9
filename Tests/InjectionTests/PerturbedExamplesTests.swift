import Compiler
import Injection
import LanguageModels
import RASP
import Resources
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
        // Most prompts have an answer; one in ten of them belongs to the test split of count or shuffle-dyck and is
        // drawn again.
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
        let tokens = Set(try setup.made(200).flatMap { Array($0.encoded.prompt) })
        #expect(tokens.subtracting(own).count > 50)
    }

    @Test(arguments: InjectionTask.builtInNames)
    func nothingHeldOutIsMade(name: String) throws {
        let setup = try Setup(name)
        let held = try HeldOutPrompts(setup.task, seeds: [42])
        let test = Set(try setup.task.examples(.test, count: 2_000).map(\.prompt))
        for setting in setup.task.testSettings {
            let example = try #require(try setup.task.examples(.testSetting(setting.name), count: 1).first)
            #expect(held.contains(example.prompt), "\(setting.name)")
        }
        for (example, _) in try setup.made(300) {
            #expect(!held.contains(example.prompt) && !test.contains(example.prompt))
        }
    }

    /// What takes the place of an example's outputs has as many tokens, and is near to it or has nothing to do with it.
    @Test(arguments: InjectionTask.builtInNames)
    func partnersAreNearOrUnrelated(name: String) throws {
        let setup = try Setup(name)
        let made = try setup.made(60)
        var (near, far) = (0, 0)
        for (index, one) in made.enumerated() {
            guard let partner = try setup.perturbed.partner(of: one, among: made, at: index) else { continue }
            let own = one.encoded
            #expect(partner.tokens.count == own.tokens.count && partner.tokens != own.tokens)
            #expect(partner.atoms == setup.encoder.atoms(of: partner.tokens))
            _ = try setup.model.run(partner.atoms)
            let same = zip(partner.tokens, own.tokens).count(where: ==)
            if 2 * same > own.tokens.count { near += 1 } else { far += 1 }
        }
        // A third is made of the example itself, two thirds of others.
        #expect(near > 8 && far > 20, "\(near) near, \(far) unrelated")
    }

    @Test func theyDependOnSeedAndPlaceAlone() throws {
        let setup = try Setup("count")
        let example = try #require(try setup.task.examples(.train, count: 1).first)
        let first = try #require(try setup.perturbed.perturbation(of: example, at: 3))
        #expect(try setup.perturbed.perturbation(of: example, at: 3)?.encoded == first.encoded)
        #expect(try setup.perturbed.perturbation(of: example, at: 4)?.encoded != first.encoded)
    }

    @Test func ofSeveralCandidatesTheRarestValuesAreKept() throws {
        let (plain, rarest) = (try Setup("count"), try Setup("count", candidates: 6))
        let (drawn, kept) = (try plain.made(150), try rarest.made(150))
        func prompt(_ made: PerturbedExamples.Made) -> [Atom] { plain.encoder.atoms(of: Array(made.encoded.prompt)) }
        let coverage = try ValueCoverage(plain.model, samples: drawn.map(prompt))
        func mean(_ made: [PerturbedExamples.Made]) throws -> Float {
            try made.map { try coverage.score(prompt($0)) }.reduce(0, +) / Float(made.count)
        }
        let (before, after) = (try mean(drawn), try mean(kept))
        #expect(after > 1.05 * before, "\(after) against \(before)")
        #expect(kept.count > 140)
    }
}
