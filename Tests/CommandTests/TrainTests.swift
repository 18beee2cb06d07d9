import Foundation
import Testing

/// The main job in miniature, through the executable: train, eval, decode, resume. A few steps teach nothing; what is
/// tested is that each command finds what the one before it left, and says what its help promises.
@Suite struct TrainTests {
    let scratch: Scratch

    /// Small in everything that costs time.
    static let small = [
        "--set", "text.samples=16", "--set", "text.held_out=4", "--set", "text.tokens=16", "--set", "batch.task=2",
        "--set", "batch.perturbed=2",
        "--set", "batch.text=2", "--set", "data.check=20", "--set", "checkpoint.every=2",
    ]

    init() throws {
        scratch = try Scratch()
    }

    private func train(_ arguments: String...) throws -> Outcome {
        try Tool.run(["train"] + arguments, in: scratch.root)
    }

    private func metrics(of run: String) throws -> [[String: Any]] {
        let text = try String(contentsOf: URL(fileURLWithPath: scratch.path("\(run)/metrics.jsonl")), encoding: .utf8)
        return try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func trainEvalDecode() throws {
        let trained = try Tool.run(["train", "--task", "count", "--steps", "3"] + Self.small, in: scratch.root)
        #expect(trained.status == 0, "\(trained.error)")
        #expect(
            trained.output == "runs/count-tracr: trained 3 steps; the model is in runs/count-tracr/student\n")
        for file in [
            "config.yaml", "metrics.jsonl", "projection.safetensors", "variables.json", "manifest.json",
            "student/model.safetensors", "student/vocab.json", "compiled/config.json", "checkpoints",
        ] {
            #expect(FileManager.default.fileExists(atPath: scratch.path("runs/latest/\(file)")), "\(file) is missing")
        }
        let lines = try metrics(of: "runs/count-tracr")
        #expect(lines.map { $0["step"] as? Int } == [1, 2, 3])
        let keys = ["alg", "ce", "kl", "loss", "lr", "seconds", "step", "tokens_per_second"]
        #expect(lines.allSatisfy { $0.keys.sorted() == keys })

        // runs/latest is the default of eval and decode.
        let evaluation = try Tool.run("eval", "--json", "--prompts", "4", "--suite", "task,ood", in: scratch.root)
        #expect(evaluation.status == 0, "\(evaluation.error)")
        let suites = try #require(try evaluation.json()["suites"] as? [String: Any])
        let task = try #require(suites["task"] as? [String: Any])
        #expect(task["n"] as? Int == 4)
        #expect(task["accuracy"] is Double || task["accuracy"] is Int)
        let ood = try #require(suites["ood"] as? [String: [String: Any]])
        #expect(ood.keys.sorted() == ["length-3x", "x-only", "y-to-z"])
        #expect(ood["x-only"]?["compiled_supports"] as? Bool == true)

        let prompt = "What is the number of 'X' in this text? x y x. Answer:"
        let decoded = try Tool.run(
            "decode", prompt, "--json", "--html", "page.html", "--svg", "picture.svg", in: scratch.root)
        #expect(decoded.status == 0, "\(decoded.error)")
        let object = try decoded.json()
        #expect(object["prompt"] as? String == prompt)
        let tokens = try #require(object["tokens"] as? [String])
        #expect(tokens.joined() == prompt)
        let variables = try #require(object["variables"] as? [String: [String: [Any]]])
        for (name, values) in variables {
            #expect(values["decoded"]?.count == tokens.count, "\(name)")
            #expect(values["expected"]?.count == tokens.count, "\(name)")
        }
        // The answer is due at the last token.
        #expect(variables["next"]?["expected"]?.last as? String == "2")
        let agreement = try #require(object["agreement"] as? Double)
        #expect((0...1).contains(agreement))
        for file in ["page.html", "picture.svg"] {
            let document = try String(contentsOf: URL(fileURLWithPath: scratch.path(file)), encoding: .utf8)
            #expect(document.contains(">next<") && document.contains(">offset<"), "\(file)")
        }
        // A damaged result is not taken for whole.
        try Data("{}".utf8).write(to: URL(fileURLWithPath: scratch.path("runs/count-tracr/variables.json")))
        let damaged = try Tool.run("decode", prompt, in: scratch.root)
        #expect(damaged.status == 65)
        #expect(damaged.error.contains("variables.json"))
    }

    @Test func resumedRunEqualsAnUninterruptedOne() throws {
        // As many windows as two steps read: a run of two steps samples no more, and what it has stays with it.
        let small = Self.small + ["--set", "text.samples=4"]
        let whole = try Tool.run(
            ["train", "--task", "count", "--steps", "4", "--output", "whole"] + small, in: scratch.root)
        #expect(whole.status == 0, "\(whole.error)")
        let half = try Tool.run(
            ["train", "--task", "count", "--steps", "2", "--output", "half"] + small, in: scratch.root)
        #expect(half.status == 0, "\(half.error)")
        let resumed = try train("--resume", "--output", "half", "--steps", "4")
        #expect(resumed.status == 0, "\(resumed.error)")
        for file in ["student/model.safetensors", "projection.safetensors"] {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: scratch.path("whole/\(file)"), andPath: scratch.path("half/\(file)")),
                "\(file) differs")
        }
        #expect(
            try metrics(of: "half").map { $0["loss"] as? Double } == metrics(of: "whole").map { $0["loss"] as? Double })

        // A flag that contradicts the run is refused rather than ignored.
        let other = try train("--resume", "--output", "half", "--seed", "7")
        #expect(other.status == 64)
        #expect(other.error.contains("seed"))
    }

    @Test func noMoreTextIsSampledThanIsRead() throws {
        let trained = try Tool.run(
            ["train", "--task", "count", "--steps", "3", "--output", "run"] + Self.small, in: scratch.root)
        #expect(trained.status == 0, "\(trained.error)")
        // Three steps of two windows each, and four that are held out.
        #expect(trained.error.contains("sampling 10 texts"), "\(trained.error)")
        let file = scratch.root.appendingPathComponent("run/text.jsonl")
        let text = try Data(contentsOf: file)
        #expect(String(decoding: text, as: UTF8.self).split(separator: "\n").count == 10)
        // More steps read the same windows again.
        let resumed = try train("--resume", "--output", "run", "--steps", "5")
        #expect(resumed.status == 0, "\(resumed.error)")
        #expect(try Data(contentsOf: file) == text)
        #expect(try metrics(of: "run").count == 5)
    }

    @Test func stepsZeroWritesTheInitialProjection() throws {
        let outcome = try Tool.run(
            ["train", "--task", "count", "--steps", "0", "--method", "finetune"] + Self.small, in: scratch.root)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(FileManager.default.fileExists(atPath: scratch.path("runs/count-finetune/projection.safetensors")))
    }

    @Test func dryRunWritesNothing() throws {
        let outcome = try Tool.run(["train", "--task", "count", "--dry-run"] + Self.small, in: scratch.root)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("12 layers"))
        #expect(outcome.output.contains(/takes about .*, .* a step by a few timed ones, after .* 20 texts/))
        let json = try Tool.run(
            ["train", "--task", "count", "--dry-run", "--json", "--steps", "10"] + Self.small, in: scratch.root)
        #expect(json.status == 0, "\(json.error)")
        let check = try json.json()
        #expect(check["student_layers"] as? Int == 12 && check["program"] as? String == "count")
        #expect(check["variables"] as? [String] == ["tokens", "indices", "n", "offset", "next"])
        #expect(check["steps"] as? Int == 10 && check["sampled_texts"] as? Int == 20)
        for key in ["memory_bytes", "disk_bytes", "checkpoint_bytes"] { #expect(check[key] as? Int ?? 0 > 1 << 20) }
        let step = try #require(check["step_seconds"] as? Double)
        let seconds = try #require(check["seconds"] as? Double)
        #expect(step > 0 && abs(seconds - 10 * step) < 1e-6 * seconds)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("runs")))
    }

    @Test func settingsAreLayered() throws {
        scratch.file("c.yaml", "task: int-sum\nsteps: 7\nlr:\n  student: 3.0e-4\n")
        let printed = try train("--config", "c.yaml", "--steps", "9", "--set", "lr.student=1e-4", "--print-config")
            .output
        #expect(printed.contains("\ntask: int-sum\n"))
        #expect(printed.contains("\nsteps: 9\n"))
        #expect(printed.contains("\n  student: 0.0001\n"))
        // What is printed reads back to itself.
        scratch.file("again.yaml", printed)
        #expect(try train("--config", "again.yaml", "--print-config").output == printed)
    }
}
