import Foundation
import Testing

/// Every kind of bad input ends in one clear error with the exit code of its kind, and leaves nothing half-written.
@Suite struct BadInputTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// One error, nothing on standard output, no crash.
    private func expectError(
        _ arguments: [String], status: Int32, mentions words: [String], input: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try Tool.run(arguments, input: input, in: scratch.root)
        #expect(outcome.status == status, "\(outcome.error)", sourceLocation: location)
        #expect(outcome.output.isEmpty, sourceLocation: location)
        let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("tracr-inject: error: ") }
        #expect(errors.count == 1, "\(outcome.error)", sourceLocation: location)
        for word in words {
            #expect(outcome.error.contains(word), "no '\(word)' in: \(outcome.error)", sourceLocation: location)
        }
    }

    // MARK: Missing files

    @Test(arguments: [
        ["run", "missing.rasp", "a"], ["compile", "missing.rasp"], ["train", "--config", "missing.yaml"],
        ["train", "--task", "count", "--student", "missing"], ["train", "--task", "count", "--text", "missing.txt"],
        ["train", "--task", "count", "--data", "missing.jsonl"], ["eval", "missing"],
        ["decode", "prompt", "--run", "missing"], ["tokenize", "--student", "missing", "a"],
        ["train", "--resume", "--output", "missing"],
    ])
    func missingFileIs66(_ arguments: [String]) throws {
        try expectError(arguments, status: 66, mentions: ["missing"])
    }

    // MARK: Settings

    @Test func unknownYAMLKeyIs65WithASuggestion() throws {
        scratch.file("c.yaml", "task: count\nlr:\n  studnet: 1e-4\n")
        try expectError(
            ["train", "--config", "c.yaml"], status: 65, mentions: ["c.yaml:3", "lr.studnet", "lr.student"])
    }

    @Test func malformedYAMLIs65() throws {
        scratch.file("c.yaml", "task: [count\nsteps: 5\n")
        try expectError(["train", "--config", "c.yaml"], status: 65, mentions: ["c.yaml"])
    }

    @Test func wrongTypeIs65() throws {
        scratch.file("c.yaml", "task: count\nsteps: many\n")
        try expectError(["train", "--config", "c.yaml"], status: 65, mentions: ["steps", "many", "whole number"])
    }

    @Test func unknownSetKeyIs64WithASuggestion() throws {
        try expectError(
            ["train", "--task", "count", "--set", "lr.studnet=1"], status: 64, mentions: ["lr.studnet", "lr.student"])
    }

    @Test func unknownTaskIs64WithASuggestion() throws {
        try expectError(["train", "--task", "coutn"], status: 64, mentions: ["coutn", "'count'"])
    }

    @Test func nothingToTrainIs64() throws {
        try expectError(["train"], status: 64, mentions: ["--task"])
    }

    // MARK: Students

    @Test func truncatedWeightsAre65() throws {
        let folder = try scratch.student { folder in
            let weights = folder.appendingPathComponent("model.safetensors")
            let handle = try FileHandle(forWritingTo: weights)
            try handle.truncate(atOffset: handle.seekToEnd() / 2)
        }
        try expectError(
            ["train", "--task", "count", "--student", folder], status: 65, mentions: ["model.safetensors"])
        #expect(!FileManager.default.fileExists(atPath: scratch.path("runs")))
    }

    @Test func tooFewLayersAre65() throws {
        let tiny = try Tool.tiny()
        scratch.file(
            "one.yaml", "model: {layers: 1, width: 16, heads: 1, vocabulary: 512}\nbatch: {sequences: 1, tokens: 16}\n")
        let pretrained = try Tool.run(
            "pretrain", "--config", "one.yaml", "--text", tiny + "/heldout.txt", "--steps", "0", "--output", "shallow",
            in: scratch.root)
        #expect(pretrained.status == 0, "\(pretrained.error)")
        // The program has two layers.
        try expectError(
            ["train", "--task", "count", "--student", "shallow/student"], status: 65,
            mentions: ["1 layers", "program's 2"])
    }

    @Test func brokenConfigurationIs65() throws {
        let folder = try scratch.student { folder in
            try Data("{\"n_layer\": 12,".utf8).write(to: folder.appendingPathComponent("config.json"))
        }
        try expectError(["train", "--task", "count", "--student", folder], status: 65, mentions: ["config.json"])
    }

    // MARK: Text and data

    @Test(arguments: ["", "\n\n  \n"])
    func textFileWithoutTextIs65(_ content: String) throws {
        scratch.file("empty.txt", content)
        try expectError(
            ["train", "--task", "count", "--text", "empty.txt", "--steps", "1"], status: 65, mentions: ["empty.txt"])
    }

    @Test func malformedDataIs65WithItsLine() throws {
        scratch.file("d.jsonl", "{\"prompt\": \"a\", \"answer\": \" 1\"}\n{\"prompt\": \"b\"\n")
        try expectError(["train", "--task", "count", "--data", "d.jsonl"], status: 65, mentions: ["d.jsonl:2"])
    }

    /// The slip that is silent elsewhere: labels that the compiled program does not compute.
    @Test func dataThatTheProgramContradictsIs65() throws {
        scratch.file(
            "d.jsonl", #"{"prompt": "What is the number of 'X' in this text? x y x. Answer:", "answer": " 7"}"#)
        try expectError(["train", "--task", "count", "--data", "d.jsonl"], status: 65, mentions: ["7", "2"])
    }

    @Test func inputThatIsNotTextIs65() throws {
        let bytes = scratch.root.appendingPathComponent("bytes")
        try Data([0x61, 0xFF, 0x0A]).write(to: bytes)
        let process = try Tool.run(
            ["train", "--task", "count", "--text", bytes.path, "--steps", "1"], in: scratch.root)
        #expect(process.status == 65)
    }

    // MARK: Outputs

    @Test func outputUnderAFileIs73() throws {
        scratch.file("taken", "")
        try expectError(
            ["compile", "count", "--verify", "0", "--output", "taken/here"], status: 73, mentions: ["taken"])
        try expectError(
            ["train", "--task", "count", "--steps", "0", "--output", "taken"], status: 73, mentions: ["taken"])
    }

    @Test func fullStandardOutputIs74() throws {
        let outcome = try Tool.run("data", "count", output: "/dev/full")
        #expect(outcome.status == 74)
        #expect(outcome.error == "tracr-inject: error: cannot write to standard output: No space left on device\n")
    }
}
