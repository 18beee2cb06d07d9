import Basics
import Evaluation
import Foundation
import Injection
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
