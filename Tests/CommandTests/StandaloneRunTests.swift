import Foundation
import Testing

/// A run holds what it was made from: it is measured and decoded wherever it lies, and notices what has changed.
@Suite struct StandaloneRunTests {
    let scratch: Scratch
    private static let small = TrainTests.small + ["--steps", "2"]
    private static let prompt = "Last of a b ="

    init() throws {
        scratch = try Scratch()
        // Two files of one name, one of them loaded from a folder above; a solution beside the task.
        for folder in ["tasks", "tasks/parts", "shared"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path(folder), withIntermediateDirectories: true)
        }
        scratch.file("shared/letter.rasp", "before = aggregate(select(indices, indices - 1, ==), tokens, \"_\");\n")
        scratch.file("tasks/parts/letter.rasp", "load \"../../shared/letter\";\nletter = before;\n")
        scratch.file(
            "tasks/program.rasp",
            """
            #pragma vocab _ a b = end
            #pragma max_length 24
            #pragma causal true
            #pragma output next
            load "parts/letter";
            started = selector_width(select(tokens, "=", ==));
            next = "_" if started == 0 else (letter if tokens == "=" else "end");

            """)
        scratch.file("tasks/solve.rasp", "solve = aggregate(select(indices, length - 1, ==), tokens);\n")
        scratch.file(
            "tasks/last.yaml",
            """
            program: program.rasp
            prompt: "Last of {input} ="
            tokens: {a: [" a"], b: [" b"], "=": [" =", "="]}
            fill: _
            end: end
            generator: {alphabet: [a, b], lengths: [1, 5], solution: solve.rasp, read: last}
            settings: {longer: {summary: six letters, lengths: [6, 6]}}

            """)
    }

    private func train(_ output: String, _ more: String...) throws {
        let trained = try Tool.run(
            ["train", "--task", "tasks/last.yaml", "--output", output] + Self.small + more, in: scratch.root)
        try #require(trained.status == 0, "\(trained.error)")
    }

    private func figures(_ run: String) throws -> (suites: String, error: String) {
        let outcome = try Tool.run(
            "eval", run, "--suite", "task,ood,decoding,interchange", "--prompts", "8", "--json", in: scratch.root)
        try #require(outcome.status == 0, "\(outcome.error)")
        let parts = outcome.output.components(separatedBy: "\"suites\"")
        return (try #require(parts.last), outcome.error)
    }

    @Test func aMovedRunIsMeasuredWithoutWhatItWasMadeFrom() throws {
        try train("run")
        let (before, said) = try figures("run")
        #expect(!said.contains("warning"), "\(said)")
        let decoded = try Tool.run("decode", Self.prompt, "--run", "run", "--json", in: scratch.root).output

        try FileManager.default.createDirectory(atPath: scratch.path("elsewhere"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: scratch.path("run"), toPath: scratch.path("elsewhere/moved"))
        for folder in ["tasks", "shared"] { try FileManager.default.removeItem(atPath: scratch.path(folder)) }
        let (after, saidThere) = try figures("elsewhere/moved")
        #expect(after == before)
        #expect(!saidThere.contains("warning"), "\(saidThere)")
        #expect(
            try Tool.run("decode", Self.prompt, "--run", "elsewhere/moved", "--json", in: scratch.root).output
                == decoded)

        // Its own copies are results like others.
        let copy = scratch.path("elsewhere/moved/sources/program.rasp")
        let text = try String(contentsOfFile: copy, encoding: .utf8)
        try Data((text + "# changed\n").utf8).write(to: URL(fileURLWithPath: copy))
        let refused = try Tool.run("eval", "elsewhere/moved", in: scratch.root)
        #expect(refused.status == 65 && refused.error.contains("sources/program.rasp"), "\(refused.error)")
    }

    @Test func aChangedOriginalIsNoticedAndNotUsed() throws {
        try train("run")
        let (before, _) = try figures("run")
        for changed in ["tasks/last.yaml", "tasks/program.rasp", "shared/letter.rasp", "tasks/solve.rasp"] {
            let file = URL(fileURLWithPath: scratch.path(changed))
            let original = try Data(contentsOf: file)
            // Whatever stands there now: it would not even be read.
            try Data("nonsense (".utf8).write(to: file)
            let (after, said) = try figures("run")
            #expect(after == before, "\(changed)")
            #expect(said.contains("warning") && said.contains("\(changed) has changed"), "\(said)")
            try original.write(to: file)
        }
    }

    /// `config.yaml` and the manifest say what was used, and not only what was asked for.
    @Test func whatWasUsedIsRecorded() throws {
        try train("run", "--threads", "1", "--precision", "fp32", "--seed", "7")
        let resumed = try Tool.run("train", "--resume", "--output", "run", "--steps", "3", in: scratch.root)
        try #require(resumed.status == 0, "\(resumed.error)")
        let config = try String(contentsOfFile: scratch.path("run/config.yaml"), encoding: .utf8)
        #expect(config.hasPrefix("# Begun by tracr-inject ") && config.contains("fp32, 1 thread,"))
        let manifest = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: scratch.path("run/manifest.json"))))
        let object = try #require(manifest as? [String: Any])
        let sessions = try #require(object["sessions"] as? [[String: Any]])
        #expect(sessions.map { $0["after_step"] as? Int } == [0, 2])
        for session in sessions {
            #expect(session["precision"] as? String == "fp32" && session["threads"] as? Int == 1)
            for key in ["begun", "version", "executable", "blas_kernel", "vector_level"] {
                #expect((session[key] as? String)?.isEmpty == false, "\(key)")
            }
        }
        #expect((object["training_seconds"] as? Double ?? 0) > 0 && object["finished"] is String)
        let inputs = try #require(object["inputs"] as? [String: Any])
        #expect(inputs["program"] is String && inputs["student's parameters"] is String)

        let evaluation = try Tool.run(
            "eval", "run", "--suite", "task", "--prompts", "3", "--seed", "5", "--json", in: scratch.root
        ).json()
        #expect(evaluation["seed"] as? Int == 5 && evaluation["run_seed"] as? Int == 7)
        #expect(evaluation["task"] as? String == "last" && evaluation["steps"] as? Int == 3)
        #expect((evaluation["measured_by"] as? [String: Any])?["precision"] as? String == "fp32")

        let card = try String(contentsOfFile: scratch.path("run/student/README.md"), encoding: .utf8)
        for part in ["# last, injected into tiny", "| next |", "hook_resid_post", "prepend_bos=False", "Not measured"] {
            #expect(card.contains(part), "\(part)")
        }
    }

    /// Another student where the original was is not measured as the original.
    @Test func anotherOriginalIsNoticed() throws {
        let student = try scratch.student { _ in }
        try train("run", "--student", student)
        scratch.file("text.txt", "It was the best of times, it was the worst of times.\n")
        let measure = ["eval", "run", "--suite", "perplexity", "--text", "text.txt", "--json"]
        let before = try Tool.run(measure, in: scratch.root)
        #expect(before.output.contains("\"original_perplexity\": ") && !before.error.contains("warning"))
        let weights = URL(fileURLWithPath: student + "/model.safetensors")
        var bytes = try Data(contentsOf: weights)
        bytes[bytes.count - 2] ^= 1
        try bytes.write(to: weights)
        let other = try Tool.run(measure, in: scratch.root)
        #expect(other.output.contains("\"original_perplexity\": null"), "\(other.output)")
        #expect(other.error.contains("not the one that the run began with"), "\(other.error)")
        try FileManager.default.removeItem(atPath: student)
        let none = try Tool.run(measure, in: scratch.root)
        #expect(none.output.contains("\"original_perplexity\": null") && none.error.contains("is not here"))
    }
}
