import Evaluation
import Injection
import LanguageModels
import RASP
import TensorCore
import TestSupport
import Testing

/// Noise and exchanged variables in a micro student's residual stream.
@Suite(.serialized) struct InterventionTests {
    @Test func teacherForcedAnswersAreTheGeneratedOnes() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder)
        let student = try Student.load(from: folder("student"), gradients: false)
        let task = try LoadedTask(settings: settings, tokenizer: student.tokenizer)
        let reader = AnswerReader(student: student, encoder: task.encoder)
        let prompts = ["x y", "y", "x x x y"].map { student.tokenizer.encode("Text: \($0). Answer:") }
        let said = try student.model.generate(prompts: prompts, maxNewTokens: 3)
        let examples = zip(prompts, said).map { prompt, said in
            // The end mark counts as well: the third token generated stands for it.
            EncodedExample(
                tokens: prompt + said.prefix(2), atoms: [], promptCount: prompt.count, answerCount: 2, supervised: [],
                targets: [])
        }
        let arena = Arena()
        let tokens = reader.nextTokens(examples, hooks: { _ in Hooks() }, arena: arena)
        #expect(tokens == said)
        let exact = reader.areExact(examples, hooks: { _ in Hooks() }, arena: arena)
        #expect(exact == said.map { $0[2] == student.endOfText })
    }

    @Test func suitesHaveTheirDocumentedShape() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, overrides: [("steps", "2")])
        let run = try Training.start(settings, output: folder("run")).run
        var options = ModelEvaluation.Options()
        options.suites = [.decoding, .causality, .interchange, .controls]
        (options.decodedPrompts, options.noisedPrompts, options.exchangedPrompts, options.norms) = (3, 2, 8, [0, 4])
        let suites = try #require(ModelEvaluation(run: run, options: options).json["suites"])

        let points = try #require(suites["causality"]?.array)
        #expect(points.map { $0["norm"]?.number } == [0, 0, 4, 4])
        #expect(points.map { $0["subspace"]?.string } == ["final", "random", "final", "random"])
        // Without noise the two are one.
        #expect(points[0]["accuracy"] == points[1]["accuracy"])
        for point in points { #expect(point["n"]?.integer == 2 * Causality.defaultSeeds) }

        let loaded = try LoadedRun(run)
        let exchanged = try #require(suites["interchange"])
        #expect(exchanged["final"]?.string == "next")
        let variables = try #require(exchanged["variables"]?.object)
        #expect(variables.members.map(\.key) == loaded.layout.variables.map(\.name))
        for entry in loaded.layout.variables {
            let cells = try #require(variables[entry.name]?.array)
            #expect(cells.map { $0["layer"]?.integer } == loaded.layers[entry.writtenByLayer...].map { Optional($0) })
            for cell in cells {
                #expect(cell["n"]?.integer == exchanged["prompts"]?.integer)
                #expect((cell["changing"]?["n"]?.integer ?? .max) <= (cell["n"]?.integer ?? 0))
            }
        }
        // An exchange of the output itself changes the answer wherever two answers differ.
        #expect((variables["next"]?.array?.last?["changing"]?["n"]?.integer ?? 0) > 0)

        // The controls' own exchanges are those of the suite interchange, the ones that change the answer and the rest.
        let controls = try #require(suites["controls"])
        for (name, cells) in try #require(controls["exchanges"]?.object).members {
            let exchanges = try #require(variables[name]?.array)
            #expect(cells.array?.count == exchanges.count)
            for (cell, exchange) in zip(cells.array ?? [], exchanges) {
                #expect(cell["own"]?["changing"] == exchange["changing"])
                let kept = cell["own"]?["keeping"]?["n"]?.integer ?? 0
                #expect(kept + (exchange["changing"]?["n"]?.integer ?? 0) == exchange["n"]?.integer)
                let entry = try #require(loaded.layout.entries.first { $0.name == name })
                #expect(cell["dimension"]?.integer == min(entry.rows.count, 32))
            }
        }
        let probes = try #require(controls["probes"])
        let decodedVariables = try #require(suites["decoding"]?["variables"]?.object)
        for (name, shares) in try #require(probes["variables"]?.object).members {
            #expect(shares["own"] == decodedVariables[name]?["agreement"], "\(name)")
            #expect(shares["original"]?.number != nil && shares["baseline"] == .null)
        }

        let layers = try #require(suites["decoding"]?["layers"]?.array)
        #expect(layers.map { $0["layer"]?.integer } == (0...4).map { Optional($0) })
        let last = try #require(suites["decoding"]?["layer"]?.integer)
        #expect(layers[last]["agreement"] == suites["decoding"]?["agreement"])
    }
}
