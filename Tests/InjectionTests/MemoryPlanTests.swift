import Foundation
import Injection
import TestSupport
import Testing
import TrainingEngine

/// Settings that spare memory, on whole runs.
@Suite(.serialized) struct MemoryPlanTests {
    private func student(_ overrides: [(String, String)]) throws -> Data {
        let folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, overrides: overrides)
        let outcome = try Training.start(settings, output: folder("run"))
        return try Data(contentsOf: outcome.run.student.appendingPathComponent("model.safetensors"))
    }

    @Test func recomputationTrainsTheSameStudent() throws {
        #expect(try student([("memory.recompute", "true")]) == student([]))
    }

    @Test func halvedMomentsAndOriginalTrainAndResume() throws {
        let spared = [("memory.moments", "bf16"), ("memory.original", "bf16"), ("steps", "4")]
        let whole = try student(spared)
        #expect(try whole != student([("steps", "4")]))

        let folder = try MicroStudent.Folder()
        let short = try MicroStudent.settings(in: folder, overrides: spared + [("steps", "2"), ("lr.schedule", "constant")])
        _ = try Training.start(short, output: folder("run"))
        let resumed = try Training.resume(folder("run"), overrides: [.init("steps", "4")])
        let straight = try MicroStudent.settings(in: folder, overrides: spared + [("lr.schedule", "constant")])
        let reference = try Training.start(straight, output: folder("reference"))
        let weights = { (run: RunDirectory) in try Data(contentsOf: run.student.appendingPathComponent("model.safetensors")) }
        #expect(try weights(resumed.run) == weights(reference.run))
    }

    @Test func theDryRunSaysWhatMemoryIsFor() throws {
        let folder = try MicroStudent.Folder()
        let lines = try Training.check(MicroStudent.settings(in: folder))
        let line = try #require(lines.first { $0.hasPrefix("needs about") })
        for part in ["student with AdamW", "original", "activations", "disk"] { #expect(line.contains(part)) }
    }
}
