import Foundation
import Testing

/// A training that takes a moment: a task of few examples, a student of four layers of width 16, a checkpoint after
/// every step.
struct MicroRun {
    let scratch: Scratch
    let arguments: [String]
    static let steps = 8

    init(scratch: Scratch, arguments: [String]) {
        (self.scratch, self.arguments) = (scratch, arguments)
    }

    /// A text to pretrain on.
    var text: String { scratch.path("text.txt") }

    init() throws {
        scratch = try Scratch()
        Self.writeTask(into: scratch)
        try Self.writePretraining(into: scratch)
        let student = scratch.root.appendingPathComponent("base/student")
        try FileManager.default.createDirectory(
            at: student.deletingLastPathComponent(), withIntermediateDirectories: false)
        try FileManager.default.copyItem(at: Self.student.get().folder, to: student)
        arguments = Self.arguments(scratch, student: scratch.path("base/student"))
    }

    /// The student that all of these runs begin with, made once; its folder goes with the `Scratch`, which nothing changes.
    nonisolated(unsafe) private static let student = Result {
        let scratch = try Scratch()
        try writePretraining(into: scratch)
        let made = try Tool.run(
            "pretrain", "--config", "micro.yaml", "--text", "text.txt", "--steps", "0", "--output", "base",
            in: scratch.root)
        try #require(made.status == 0, "\(made.error)")
        return (scratch, folder: scratch.root.appendingPathComponent("base/student"))
    }

    private static func writePretraining(into scratch: Scratch) throws {
        let text = try String(contentsOfFile: Tool.tiny() + "/heldout.txt", encoding: .utf8)
        scratch.file("text.txt", text)
        scratch.file("heldout.txt", String(text.prefix(500)))
        scratch.file(
            "micro.yaml",
            """
            threads: 1
            model: {layers: 4, width: 16, heads: 2, vocabulary: 512, context: 128}
            batch: {sequences: 1, tokens: 16}
            checkpoint: {every: 1}
            heldout: {file: '\(scratch.path("heldout.txt"))', every: 1}
            """)
    }

    /// The last letter before a colon: one compiled layer, and fewer prompts than the tasks that ship.
    private static func writeTask(into scratch: Scratch) {
        scratch.file(
            "last.rasp",
            """
            #pragma vocab _ a b :
            #pragma max_length 12
            #pragma causal true
            previous = aggregate(select(indices, indices - 1, ==), tokens, "_");
            last = previous if tokens == ":" else "_";

            """)
        scratch.file("solve.rasp", "solve = aggregate(select(indices, length - 1, ==), tokens);\n")
        scratch.file(
            "last.yaml",
            """
            program: last.rasp
            prompt: "Last of {input} :"
            tokens: {a: [" a"], b: [" b"], ":": [" :", ":"]}
            answers: {a: a, b: b}
            generator: {alphabet: [a, b], lengths: [1, 4], solution: solve.rasp, read: last, test_share: 3}
            """)
    }

    static func arguments(_ scratch: Scratch, student: String) -> [String] {
        ["train", "--task", scratch.path("last.yaml"), "--student", student, "--steps", "\(steps)", "--threads", "1"]
            + [
                "batch.task=2", "batch.text=2", "text.tokens=12", "text.samples=4", "text.held_out=1", "data.check=4",
                "checkpoint.every=1", "lr.warmup=2",
            ].flatMap { ["--set", $0] }
    }

    func start(
        _ output: String, environment: [String: String] = [:], whileRunning: ((Process) throws -> Void)? = nil
    ) throws -> Outcome {
        try Tool.run(
            arguments + ["--output", output], in: scratch.root, environment: environment, whileRunning: whileRunning)
    }

    func resume(
        _ output: String, _ more: String..., environment: [String: String] = [:],
        whileRunning: ((Process) throws -> Void)? = nil
    ) throws -> Outcome {
        try Tool.run(
            ["train", "--resume", "--output", output] + more, in: scratch.root, environment: environment,
            whileRunning: whileRunning)
    }

    /// Goes on with a run, or starts it where it had not begun; it has to end well.
    func finish(_ output: String, at location: SourceLocation = #_sourceLocation) throws {
        let begun = FileManager.default.fileExists(atPath: scratch.path(output + "/config.yaml"))
        let outcome = begun ? try resume(output) : try start(output)
        #expect(outcome.status == 0, "\(outcome.error)", sourceLocation: location)
    }

    func steps(of run: String) -> Int { metrics(of: run).count }

    /// The lines of `metrics.jsonl` without the two clock readings, which no two runs share.
    private func metrics(of run: String) -> [String] {
        let text = (try? String(contentsOfFile: scratch.path(run + "/metrics.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            line.range(of: ",\"tokens_per_second\"").map { String(line[..<$0.lowerBound]) } ?? String(line)
        }
    }

    /// Every file of a run with its bytes: checkpoints too, and whatever should not be there. `manifest.json` holds the
    /// checksums of the others.
    func contents(of run: String) throws -> [String: Data] {
        var files = try Self.files(below: scratch.path(run))
        // A checkpoint's record remembers how long the metrics were, clock readings included.
        for name in files.keys where name.hasSuffix("/state.json") { files[name] = nil }
        // When, and in how many sessions, a run was trained: no two share that either.
        files["sessions.jsonl"] = nil
        if let manifest = files["manifest.json"] {
            let object = try JSONSerialization.jsonObject(with: manifest) as? [String: Any]
            var facts = try #require(object)
            for key in ["sessions", "finished", "training_seconds", "seal"] { facts[key] = nil }
            files["manifest.json"] = try JSONSerialization.data(withJSONObject: facts, options: .sortedKeys)
        }
        files["metrics.jsonl"] = Data(metrics(of: run).joined(separator: "\n").utf8)
        return files
    }

    /// Every regular file below a folder with its bytes.
    static func files(below root: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            var isFolder: ObjCBool = false
            let path = root + "/" + name
            let kind = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                kind == .typeRegular
            else { continue }
            files[name] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return files
    }

    /// The same files with the same bytes.
    func expectEqual(
        _ run: String, _ wanted: [String: Data], _ comment: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let got = try contents(of: run)
        #expect(got.keys.sorted() == wanted.keys.sorted(), "\(comment)", sourceLocation: location)
        for (name, data) in wanted where got[name] != data {
            Issue.record("\(name) differs: \(comment)", sourceLocation: location)
        }
    }
}
