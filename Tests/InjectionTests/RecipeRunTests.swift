import Basics
import Evaluation
import Foundation
import Injection
import InjectionSettings
import RASP
import TestSupport
import Testing
import TrainingEngine

/// Each recipe from its settings to decoded prompts and evaluated suites, on a micro student.
@Suite(.serialized) struct RecipeRunTests {
    @Test(arguments: ["default", "pretrained", "paper", "authors"])
    func trainsEvaluatesAndDecodes(recipe: String) throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, overrides: [("recipe", recipe), ("steps", "2"), ("lr.student", "1e-3")])
        let outcome = try Training.start(settings, output: folder("run"))
        let run = try LoadedRun(outcome.run)
        #expect(run.settings == settings)
        #expect(run.layers.count == run.layout.layers + 1)
        #expect(run.projection.rows == run.compiled.width)
        #expect((run.projection.bias != nil) == settings.alignment.bias)

        let decoded = try DecodedPrompt("What is the number of 'X' in this text? x y x. Answer: 2", run: run)
        #expect(decoded.variables.map(\.name) == run.layout.variables.map(\.name))
        #expect(decoded.variables.allSatisfy { $0.decoded.count == decoded.tokens.count })
        #expect(decoded.tokens.joined().hasSuffix("Answer: 2"))
        let colon = try #require(decoded.tokens.lastIndex(of: ":"))
        let next = try #require(decoded.variables.first { $0.name == "next" })
        #expect(next.expected[colon] == .string("2"))
        #expect((0...1).contains(decoded.agreement))
        #expect(throws: Failure.self) { try DecodedPrompt("x", run: run, layer: 5) }

        var options = ModelEvaluation.Options()
        options.suites = [.task, .decoding, .perturbed, .ood, .perplexity]
        (options.prompts, options.decodedPrompts) = (6, 2)
        let text = folder("text.txt")
        try Data("The lazy dog jumps over the quick brown fox.".utf8).write(to: text)
        options.text = text
        let evaluation = try ModelEvaluation(outcome.run.root.path, options: options)
        let suites = try #require(evaluation.json["suites"])
        #expect(suites["task"]?["n"]?.integer == 6)
        #expect(suites["perturbed"]?["n"]?.integer == 6)
        #expect(suites["perturbed"]?["decoding"]?.number != nil)
        #expect(suites["ood"]?["y-to-z"]?["compiled_supports"]?.bool == true)
        #expect(suites["ood"]?["length-3x"]?["compiled_supports"]?.bool == false)
        let perplexity = try #require(suites["perplexity"]?["perplexity"]?.number)
        let original = try #require(suites["perplexity"]?["original_perplexity"]?.number)
        #expect(perplexity != original && abs(perplexity / original - 1) < 0.5)
        // One line, shorter than the context: both protocols see the same windows.
        let protocols = try #require(suites["perplexity"]?["protocols"])
        for name in ["corpus", "paper"] {
            #expect(abs(try #require(protocols[name]?["perplexity"]?.number) / perplexity - 1) < 1e-3)
        }
    }
}
