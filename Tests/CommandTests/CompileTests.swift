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

    /// The output takes directions in which tokens, picks and numbers of either sign have been: a GPT-2's logits are the
    /// output's alone.
    @Test(arguments: [
        "o = pick(full_s, tokens + \"x\", None, first) if tokens == \"a\" else tokens;",
        "k = pick(select(tokens, \"b\", ==), indices, -3, last);\no = tokens if k < 0 else k - 2;",
        "n = 0 - indices;\nk = pick(select(tokens, tokens, ==), n, 7, first);\no = k if tokens == \"a\" else tokens;",
    ]) func directionsOfOthersAreNoLogits(_ body: String) throws {
        let source = "#pragma vocab a b c\n#pragma max_length 4\n#pragma causal true\n" + body
        let file = scratch.file("o.rasp", source).path
        for flags in [[], ["--reuse-directions"], ["--reuse-directions", "--no-fuse"]] {
            let outcome = try Tool.run(
                ["compile", file, "--format", "gpt2", "--output", scratch.path("o-gpt2")] + flags)
            #expect(outcome.status == 0, "\(flags): \(outcome.error)")
        }
    }

    /// With --json there is one object on standard output, also where nothing is compiled.
    @Test func oneObjectWhateverHappens() throws {
        let bare = scratch.file("bare.rasp", "x = tokens;").path
        for arguments in [
            ["compile", "nosuch"], ["compile", bare], ["compile", "sort", "--max-length", "99999"],
            ["run", "nosuch", "a"], ["run", "sort", "[\"a\""], ["run", "sort", "--compiled", "xyz"],
        ] {
            let outcome = try Tool.run(arguments + ["--json"])
            #expect(outcome.status != 0)
            let findings = try #require(outcome.json()["diagnostics"] as? [[String: Any]], "\(arguments)")
            #expect(findings.contains { $0["severity"] as? String == "error" }, "\(arguments)")
        }
    }

    /// ALTA's parity: one layer for nine rounds; as a GPT-2 it is written nine times.
    @Test func roundsShareTheirLayers() throws {
        let folder = scratch.path("tied")
        let outcome = try Tool.run("compile", "parity", "--tied", "--output", folder, "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        let report = try outcome.json()
        #expect(report["layers"] as? Int == 9 && report["stored_layers"] as? Int == 1)
        let text = try Tool.run("compile", "parity", "--tied", "--output", folder)
        #expect(text.output.contains("9 executed, 1 stored: 1 of them 9 times"), "\(text.output)")
        // Either way the token's embedding writes where the output will be, which GPT-2 must not take for an answer.
        for flag in ["--tied", "--reuse-directions"] {
            let export = try Tool.run(
                "compile", "parity", flag, "--causal", "--max-length", "5", "--format", "gpt2", "--output",
                scratch.path("gpt2"))
            #expect(export.status == 0 && export.output.contains("62 inputs: equal"), "\(flag): \(export.error)")
        }
        let noLoop = try Tool.run("compile", histogram, "--tied", "--output", folder)
        #expect(noLoop.status == 65 && noLoop.error.contains("no loop"), "\(noLoop.error)")
        let counting = try Tool.run("compile", "dyck1.crasp", "--tied", "--output", folder)
        #expect(counting.status == 65 && counting.error.contains("no loop"), "\(counting.error)")
        let both = try Tool.run("compile", "parity", "--tied", "--reuse-directions", "--output", folder)
        #expect(both.status == 64)
        #expect(try Tool.run("circuit", "parity", "--tied", "--reuse-directions").status == 64)
    }

    private var histogram: String { scratch.file("hist.rasp", RunTests.histogram).path }

    @Test func reportsAndWrites() throws {
        let folder = scratch.path("out")
        let outcome = try Tool.run("compile", histogram, "--output", folder, "--json")
        #expect(outcome.status == 0, "\(outcome.error)")
        let report = try outcome.json()
        #expect(report["name"] as? String == "hist")
        #expect(report["output_directory"] as? String == folder)
        #expect(report["layers"] as? Int == (report["heads_per_layer"] as? [Int])?.count)
        for key in ["d_model", "d_head", "d_mlp", "parameters", "nonzero"] {
            #expect((report[key] as? Int ?? 0) > 0, "\(key)")
        }
        #expect(report["vocabulary"] as? [String] == ["a", "b", "c"])
        #expect(report["max_length"] as? Int == 5)
        #expect(report["causal"] as? Bool == false)
        #expect(report["seconds"] as? Double != nil)
        // 3 + 9 + 27 + 81 + 243 inputs are fewer than the 1,000 asked for.
        #expect(report["verified"] as? Int == 363)
        #expect(report["mismatches"] as? Int == 0)
        let written = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(written == ["config.json", "model.safetensors"])
    }

    @Test func flagsWin() throws {
        let report = try Tool.run(
            "compile", histogram, "--vocab", "x", "y", "--max-length", "3", "--causal", "--verify", "0", "--json",
            in: scratch.root
        ).json()
        #expect(report["vocabulary"] as? [String] == ["x", "y"])
        #expect(report["max_length"] as? Int == 3)
        #expect(report["causal"] as? Bool == true)
        #expect(report["verified"] as? Int == 0)
        #expect(report["output_directory"] as? String == "compiled/hist")
        #expect(FileManager.default.fileExists(atPath: scratch.path("compiled/hist/model.safetensors")))
    }

    /// What the article RASP says of the two counts of `sort`.
    @Test func countsTheLayersOfTheWeights() throws {
        let compiled = try Tool.run("compile", "sort", "--verify", "0", "--json", in: scratch.root).json()
        #expect(compiled["layers"] as? Int == 3 && compiled["heads_per_layer"] as? [Int] == [0, 1, 1])
        let counted = try Tool.run("run", "sort", "--layers", "--json").json()
        #expect(counted["layers"] as? Int == 2 && counted["heads_per_layer"] as? [Int] == [2, 1])
    }
}
