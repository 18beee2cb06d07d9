import Basics
import Circuits
import Discovery
import Evaluation
import Foundation
import Injection
import LanguageModels
import TensorCore
import TestSupport
import Testing

@Suite struct CircuitCertificateTests {
    @Test func aRunOfAFewStepsIsMeasuredAndReadBack() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, layers: 8,
            overrides: [("circuit.examples", "2"), ("circuit.heads", "1"), ("steps", "2")])
        let run = try Training.start(settings, output: folder("run")).run
        var options = ModelEvaluation.Options()
        options.suites = [.circuit]
        options.exchangedPrompts = 8
        let evaluation = try ModelEvaluation(run: run, options: options)
        let certificate = try #require(evaluation.results.circuit)
        #expect(certificate.prompts == 8 && certificate.components > 4 && certificate.edges > 10)
        let placement = try #require(LoadedRun(run).placement)
        for ablation in CircuitCertificate.Ablation.allCases {
            #expect(certificate.cells(.outsideComponent, ablation).count == placement.outside.count)
            #expect(certificate.cells(.outside, ablation).count == 1)
            #expect(certificate.cells(.outsideEdges, ablation).count == 1)
        }
        #expect(certificate.cells(.step).count == placement.steps.count)
        // A student that was hardly trained says next to nothing that the program says.
        #expect(try #require(certificate.worst(.nothing)).all.value < 0.5)
        let back = try #require(CircuitCertificate(certificate.json))
        #expect(back.json == certificate.json)
        var json = try #require(certificate.json.object)
        json["cells"] = .array([.string("x")])
        #expect(CircuitCertificate(.object(json)) == nil)
    }

    /// A pass that begins where the first component is replaced says what a whole pass says.
    @Test func whatComesBeforeAReplacementIsNotNeeded() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, layers: 4, overrides: [("steps", "1")])
        let run = try LoadedRun(Training.start(settings, output: folder("run")).run)
        let examples = try run.task.task.examples(.test, count: 6).map { try run.task.encoder.encode($0) }
        let reader = AnswerReader(student: run.student, encoder: run.task.encoder)
        let arena = Arena()
        let pass = KnownPass(examples, states: Set(0..<4), reader: reader, arena: arena)
        let configuration = run.student.model.configuration
        let shape = CircuitShape(configuration)
        let said = reader.nextTokens(examples, hooks: { _ in Hooks() }, arena: arena)
        var random = SeededRandom(seed: 1, stream: "replacements")
        var values: [CircuitNode: Tensor] = [:]
        for node in shape.writers {
            let rows = (0..<pass.batch.tokens.count * shape.streamWidth).map { _ in Float(random.uniform() - 0.5) * 4 }
            values[node] = Tensor(rows, shape: [pass.batch.tokens.count, shape.streamWidth])
        }
        let all = Array(examples.indices)
        var changed = 0
        let nodes: [CircuitNode] = [
            .input, .mlp(layer: 0), .head(layer: 1, head: 2), .mlp(layer: 2), .head(layer: 3, head: 0),
        ]
        for node in nodes {
            var whole = ComponentReplacement()
            whole.replaced[node] = all
            var edges = ComponentReplacement()
            edges.rerouted[.logits] = [node: all]
            edges.rerouted[.mlp(layer: 3)] = [node: all, .head(layer: 3, head: 1): all]
            for replacement in [whole, edges] {
                let expected = reader.nextTokens(
                    examples, hooks: { replacement.hooks(values, batch: $0, configuration: configuration) },
                    arena: arena)
                #expect(pass.nextTokens(replacement, by: values, arena: arena) == expected, "\(node)")
                if expected != said { changed += 1 }
            }
        }
        #expect(changed >= 8)
    }

    @Test func backupsAndDecoysAreCertified() throws {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(
            in: folder, layers: 10,
            overrides: [
                ("circuit.examples", "2"), ("circuit.heads", "1"), ("circuit.backups", "1"), ("circuit.decoys", "2"),
                ("steps", "2"),
            ])
        let run = try Training.start(settings, output: folder("run")).run
        var options = ModelEvaluation.Options()
        (options.suites, options.exchangedPrompts) = ([.circuit], 8)
        let certificate = try #require(ModelEvaluation(run: run, options: options).results.circuit)
        let placement = try #require(LoadedRun(run).placement)
        let sets = placement.steps.filter { $0.groups.count > 1 }.reduce(0) { $0 + $1.groups.count }
        #expect(certificate.cells(.backup).count == sets && sets > 0)
        #expect(certificate.cells(.decoy).count == 2)
        #expect(certificate.cells(.decoy).allSatisfy { $0.all.n > 50 })
    }

    @Test func aRunWithoutACircuitIsRefused() throws {
        let folder = try MicroStudent.Folder()
        let run = try Training.start(
            MicroStudent.settings(in: folder, overrides: [("steps", "1")]), output: folder("run")
        ).run
        var options = ModelEvaluation.Options()
        options.suites = [.circuit]
        #expect {
            try ModelEvaluation(run: run, options: options)
        } throws: { ($0 as? Failure)?.kind == .usage }
    }
}
