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
        // As many windows as the shorter run reads: one that goes on has no others.
        let spared = [
            ("memory.moments", "bf16"), ("memory.original", "bf16"), ("steps", "4"), ("text.samples", "4"),
        ]
        let whole = try student(spared)
        #expect(try whole != student([("steps", "4"), ("text.samples", "4")]))

        let folder = try MicroStudent.Folder()
        let short = try MicroStudent.settings(
            in: folder, overrides: spared + [("steps", "2"), ("lr.schedule", "constant")])
        _ = try Training.start(short, output: folder("run"))
        let resumed = try Training.resume(folder("run"), overrides: [.init("steps", "4")])
        let straight = try MicroStudent.settings(in: folder, overrides: spared + [("lr.schedule", "constant")])
        let reference = try Training.start(straight, output: folder("reference"))
        let weights = { (run: RunDirectory) in
            try Data(contentsOf: run.student.appendingPathComponent("model.safetensors"))
        }
        #expect(try weights(resumed.run) == weights(reference.run))
    }

    /// The rehearsal leaves arithmetic out, that of numerical variables too, which are compared by a loop of their own.
    @Test func aNumericalVariableIsRehearsedAndTrained() throws {
        let folder = try MicroStudent.Folder()
        try Data(
            """
            #pragma vocab _ x : 0 1 2 3 4 5 6 end
            #pragma max_length 60
            #pragma causal true
            #pragma output next
            #pragma encoding seen numerical
            before = select(indices, indices, <=);
            seen = selector_width(select(tokens, "x", ==) and before);
            digit = {0: "0", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5", 6: "6"};
            next = (digit[seen] if seen < 7 else "end") if tokens == ":" else "end";
            """.utf8
        ).write(to: folder("seen.rasp"))
        try Data(
            """
            program: seen.rasp
            prompt: "count {input} now:"
            tokens: {x: [" x", x], ":": [":"], "0": [" 0", "0"], "1": [" 1", "1"], "2": [" 2", "2"], "3": [" 3", "3"],
              "4": [" 4", "4"], "5": [" 5", "5"], "6": [" 6", "6"]}
            fill: _
            end: end
            edits: digits
            generator: {file: examples.jsonl}
            """.utf8
        ).write(to: folder("seen.yaml"))
        let lines = (0..<40).map { number in
            let text = (0..<6).map { (number >> $0) & 1 == 0 ? "x" : "y" }.joined(separator: " ")
            return "{\"prompt\": \"count \(text) now:\", \"answer\": \" \(text.filter { $0 == "x" }.count)\"}\n"
        }
        try Data(lines.joined().utf8).write(to: folder("examples.jsonl"))
        let settings = try MicroStudent.settings(
            in: folder, overrides: [("task", folder("seen.yaml").path), ("alignment.kind", "per-variable")])
        let outcome = try Training.start(settings, output: folder("run"))
        #expect(outcome.step == 6)
    }

    @Test func theDryRunSaysWhatMemoryIsFor() throws {
        let folder = try MicroStudent.Folder()
        let check = try Training.check(MicroStudent.settings(in: folder))
        let line = try #require(check.header.first { $0.hasPrefix("needs about") })
        for part in ["student with AdamW", "original", "activations", "disk"] { #expect(line.contains(part)) }
    }
}
