import Foundation
import Testing

/// `compile` and its ways of writing, on programs of the test's own.
@Suite struct CompileTests {
    static let induction = """
        #pragma vocab a b c
        #pragma max_length 6
        #pragma causal true
        before = select(indices, indices - 1, ==);
        previous = aggregate(before, tokens, "?");
        seen = selector_width(select(previous, tokens, ==));
        """

    let scratch: Scratch
    let program: String

    init() throws {
        scratch = try Scratch()
        program = scratch.file("induction.rasp", Self.induction).path
    }

    @Test func gpt2IsRunAfterWriting() throws {
        let folder = scratch.path("gpt2")
        let outcome = try Tool.run("compile", program, "--format", "gpt2", "--output", folder, "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        let report = try outcome.json()
        #expect(report["mismatches"] as? Int == 0)
        let export = try #require(report["gpt2"] as? [String: Any])
        #expect(export["mismatches"] as? Int == 0 && export["verified"] as? Int == 100)
        // A value's logit is 64 at least, undefined's 40, that of the token just read 16.
        #expect(export["smallest_lead"] as? Double ?? 0 > 20)
        for file in ["config.json", "model.safetensors", "tokenizer.json", "labels.json"] {
            #expect(FileManager.default.fileExists(atPath: "\(folder)/\(file)"))
        }
    }

    @Test func gpt2IsCausal() throws {
        let outcome = try Tool.run(
            "compile", program, "--no-causal", "--format", "gpt2", "--output", scratch.path("no"))
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("--causal"))
    }

    @Test func streamsAreCompressed() throws {
        let folder = scratch.path("narrow")
        let outcome = try Tool.run(
            "compile", program, "--output", folder, "--compress", "16", "20", "--compress-steps", "20", "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        let compressed = try #require(outcome.json()["compressed"] as? [[String: Any]])
        #expect(compressed.map { $0["width"] as? Int } == [16, 20])
        for width in [16, 20] {
            for file in ["config.json", "model.safetensors"] {
                #expect(FileManager.default.fileExists(atPath: "\(folder)/compressed-\(width)/\(file)"))
            }
        }
        let tooWide = try Tool.run("compile", program, "--output", folder, "--compress", "9999")
        #expect(tooWide.status == 65 && tooWide.error.contains("choose a width"))
        let both = try Tool.run("compile", program, "--output", folder, "--format", "gpt2", "--compress", "16")
        #expect(both.status == 64)
    }

    @Test func directionsAreReused() throws {
        var widths: [Int] = []
        for flags in [[], ["--reuse-directions"]] {
            let outcome = try Tool.run(["compile", program, "--output", scratch.path("reused"), "--json"] + flags)
            #expect(outcome.status == 0, "\(outcome.error)")
            widths.append(try #require(outcome.json()["d_model"] as? Int))
        }
        #expect(widths[1] <= widths[0])
    }
}
