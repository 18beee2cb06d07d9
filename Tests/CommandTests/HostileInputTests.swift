import Foundation
import Testing

/// Inputs made to hang, to exhaust or to mislead a reader: each ends soon, in bounded memory and in one error.
@Suite struct HostileInputTests {
    let scratch: Scratch
    let tiny: String

    init() throws {
        scratch = try Scratch()
        tiny = try Tool.tiny()
    }

    /// Seconds after which a command counts as hanging. Under a sanitizer memory is a hundred times as slow.
    private static let patience =
        ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil ? 120.0 : 3_600

    /// A run that would hang is killed after two minutes, one that takes all memory ends at 8 GiB; neither gives the
    /// status asked for.
    private func expectError(
        _ arguments: [String], status: Int32, mentions words: String..., at location: SourceLocation = #_sourceLocation
    ) throws {
        let bounded = Tool.addressSpace(kibibytes: 8_388_608)
        let outcome = try Tool.run(
            ["-c", bounded + #"exec "$0" "$@""#, Tool.executable.path] + arguments, in: scratch.root,
            program: URL(fileURLWithPath: "/bin/sh")
        ) { process in
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak process] in
                if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
            }
        }
        #expect(outcome.status == status, "\(arguments): \(outcome.error)", sourceLocation: location)
        let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("tracr-inject: error: ") }
        #expect(errors.count == 1 && outcome.output.isEmpty, "\(arguments): \(outcome.error)", sourceLocation: location)
        for word in words { #expect(outcome.error.contains(word), "\(outcome.error)", sourceLocation: location) }
    }

    // MARK: Files that are no files

    /// A pipe that nobody writes to, a folder, a device that never ends, and names that nothing has.
    @Test(arguments: ["pipe", "folder", "/dev/zero", "zero", "missing", "folder/missing"]) func whatIsNoFileIs66(
        _ file: String
    ) throws {
        #expect(mkfifo(scratch.path("pipe"), 0o644) == 0)
        try FileManager.default.createDirectory(atPath: scratch.path("folder"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scratch.path("zero"), withDestinationPath: "/dev/zero")
        let count = ["train", "--task", "count", "--dry-run"]
        for arguments in [
            count + ["--text", file], count + ["--data", file], ["train", "--dry-run", "--config", "./" + file],
            ["train", "--dry-run", "--task", "./" + file], ["pretrain", "--text", file, "--output", "run"],
            ["pretrain", "--config", "./" + file, "--text", tiny + "/heldout.txt"],
            ["eval", tiny, "--suite", "perplexity", "--text", file],
            ["eval", tiny, "--suite", "lambada", "--lambada", file],
            ["eval", tiny, "--suite", "mrpc", "--mrpc", file],
        ] { try expectError(arguments, status: 66) }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }

    @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"]) func aStudentOfPipesIs66(_ part: String)
        throws
    {
        let folder = try scratch.student { folder in
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(part))
            #expect(mkfifo(folder.appendingPathComponent(part).path, 0o644) == 0)
        }
        try expectError(["train", "--task", "count", "--dry-run", "--student", folder], status: 66, mentions: part)
    }

    // MARK: More than memory

    /// Ten GiB of nothing, which take no room on the disk.
    @Test func hugeFilesAre65() throws {
        scratch.file("sparse", "")
        #expect(truncate(scratch.path("sparse"), 10 << 30) == 0)
        let count = ["train", "--task", "count", "--dry-run"]
        for arguments in [
            count + ["--data", "sparse"], ["train", "--dry-run", "--config", "./sparse"],
            ["train", "--dry-run", "--task", "./sparse"],
            ["eval", tiny, "--suite", "perplexity", "--text", "sparse"],
            ["eval", tiny, "--suite", "sst2", "--sst2", "sparse"],
        ] { try expectError(arguments, status: 65, mentions: "sparse") }
    }

    @Test func linesWithoutEndAre65() throws {
        let long = String(repeating: "x", count: 17 << 20)
        scratch.file("long.jsonl", #"{"prompt": ""# + long + #"", "answer": " 1"}"#)
        try expectError(
            ["train", "--task", "count", "--dry-run", "--data", "long.jsonl"], status: 65, mentions: "long.jsonl:1",
            "16 MiB")
        try expectError(
            ["train", "--task", "count", "--dry-run", "--text", "long.jsonl"], status: 65, mentions: "16 MiB")
    }

    // MARK: YAML

    /// How many times shorter the long ones are under a sanitizer, where each would take minutes.
    private static let shorter = ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil ? 1 : 20

    /// Aliases of aliases (an exponential number of values, and as a key, all of them hashed), and values nested
    /// without end.
    static let yaml: [(name: String, text: String)] = [
        ("bomb", bomb(levels: 40)), ("bomb as a key", bomb(levels: 40) + "? *a39\n: 1\n"),
        ("chain", "a0: &a0 [x]\n" + (1..<40_000 / shorter).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()),
        (
            "deep aliases",
            (0..<17).map { "a\($0): &a\($0) \(nested(990, around: $0 == 0 ? "x" : "*a\($0 - 1)"))\n" }.joined()
        ),
        ("lists", String(repeating: "[", count: 500_000 / shorter)),
        ("mappings", String(repeating: "{a: ", count: 100_000 / shorter)),
        ("dashes", String(repeating: "- ", count: 400_000 / shorter)),
        ("questions", String(repeating: "? ", count: 400_000 / shorter)),
        ("itself", "a: &a [*a]\n"), ("documents", String(repeating: "---\n", count: 200_000 / shorter)),
        ("many keys", (0..<20_000 / shorter).map { "k\($0): 1\n" }.joined()),
        ("a long key", "? \"" + String(repeating: "k", count: 1_000_000 / shorter) + "\"\n: 1\n"),
        ("an open quote", String(repeating: "\"", count: 1_000_000 / shorter + 1)),
        ("too large", String(repeating: "#", count: 1_100_000)),
    ]

    private static func bomb(levels: Int) -> String {
        "a0: &a0 [x, x, x]\n"
            + (1..<levels).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    }

    private static func nested(_ depth: Int, around text: String) -> String {
        String(repeating: "[", count: depth) + text + String(repeating: "]", count: depth)
    }

    @Test(arguments: yaml.indices) func hostileYAMLIs65(_ index: Int) throws {
        scratch.file("h.yaml", Self.yaml[index].text)
        for arguments in [
            ["train", "--dry-run", "--config", "h.yaml"], ["train", "--dry-run", "--task", "./h.yaml"],
            ["pretrain", "--config", "h.yaml", "--text", tiny + "/heldout.txt"],
        ] { try expectError(arguments, status: 65, mentions: "h.yaml") }
    }

    // MARK: Terminals

    /// What a file holds is shown spelled out: it gives a terminal no commands.
    @Test func errorsHoldNoControlCharacters() throws {
        scratch.file("h.tsv", "\u{1B}]0;title\u{7}label\tsentence\n1\ta\n")
        scratch.file("h.rasp", "a = \"\u{1B}[2J\" + nope;\n")
        scratch.file("h.yaml", "\"\\e[31mkey\": 1\n")
        for arguments in [
            ["eval", tiny, "--suite", "sst2", "--sst2", "h.tsv"], ["run", "h.rasp", "a"],
            ["train", "--dry-run", "--config", "h.yaml"],
        ] {
            let outcome = try Tool.run(arguments, in: scratch.root)
            #expect(outcome.status == 65, "\(outcome.error)")
            #expect(
                !outcome.error.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" },
                "\(arguments)")
        }
    }

    // MARK: Weights and JSON

    @Test func deepJSONIs65() throws {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        for part in ["config.json", "tokenizer.json"] {
            let folder = try scratch.student { try Data(deep.utf8).write(to: $0.appendingPathComponent(part)) }
            try expectError(
                ["train", "--task", "count", "--dry-run", "--student", folder], status: 65, mentions: part, "64 levels")
        }
        scratch.file("deep.jsonl", deep + "\n")
        try expectError(
            ["train", "--task", "count", "--dry-run", "--data", "deep.jsonl"], status: 65, mentions: "deep.jsonl:1")
    }

    /// A model of 10^18 layers is refused before anything is allocated for it.
    @Test(arguments: ["n_layer", "n_embd", "n_positions", "vocab_size", "n_inner"]) func enormousShapesAre65(
        _ key: String
    ) throws {
        let folder = try scratch.student { folder in
            let file = folder.appendingPathComponent("config.json")
            var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            object[key] = 1_000_000_000_000_000_000
            try JSONSerialization.data(withJSONObject: object).write(to: file)
        }
        try expectError(["train", "--task", "count", "--dry-run", "--student", folder], status: 65)
    }

    @Test func anIndexNamesFilesOfItsFolderOnly() throws {
        for name in ["../one.safetensors", "/dev/zero", "link.safetensors", "..", ""] {
            let folder = try scratch.student { folder in
                let weights = folder.appendingPathComponent("model.safetensors")
                try FileManager.default.moveItem(at: weights, to: folder.appendingPathComponent("one.safetensors"))
                try FileManager.default.createSymbolicLink(
                    atPath: folder.appendingPathComponent("link.safetensors").path,
                    withDestinationPath: tiny + "/model.safetensors")
                let index = try JSONSerialization.data(withJSONObject: ["weight_map": ["transformer.wte.weight": name]])
                try index.write(to: folder.appendingPathComponent("model.safetensors.index.json"))
            }
            try expectError(
                ["train", "--task", "count", "--dry-run", "--student", folder], status: 65, mentions: "index.json")
        }
    }
}
