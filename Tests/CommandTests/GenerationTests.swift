import Foundation
import Testing

/// `run --generate`, and `run` and `compile` on C-RASP programs.
@Suite struct GenerationTests {
    /// The token before the last comes again.
    private static let alternating = """
        #pragma vocab a b c
        #pragma max_length 6
        #pragma causal true
        next = aggregate(select(indices, indices - 1, ==), tokens, "c");
        """

    private let scratch: Scratch
    private let program: String

    init() throws {
        scratch = try Scratch()
        program = scratch.file("alternating.rasp", Self.alternating).path
    }

    @Test(arguments: [[], ["--compiled"]]) func writesOn(_ how: [String]) throws {
        let outcome = try Tool.run(["run", program, "ab", #"["c", "a"]"#, "--generate", "4"] + how)
        #expect(outcome.output == "[\"a\", \"b\", \"a\", \"b\"]\n[\"c\", \"a\", \"c\", \"a\"]\n")
        #expect(outcome.status == 0 && outcome.error.isEmpty)
        let stopped = try Tool.run(["run", program, "ab", "--generate", "4", "--until", "b"] + how)
        #expect(stopped.output == "[\"a\", \"b\"]\n" && stopped.error.isEmpty)
        let missed = try Tool.run(["run", program, "ab", "--generate", "2", "--until", "z"] + how)
        #expect(missed.status == 0 && missed.error.contains("did not come within 2 tokens"))
        let json = try Tool.run(["run", program, "ab", "--generate", "2", "--json"] + how).json()
        let result = try #require((json["results"] as? [[String: Any]])?.first)
        #expect(result["generated"] as? [String] == ["a", "b"])
        #expect(result["input"] as? [String] == ["a", "b"] && result["output"] as? [String] == ["c", "a"])
    }

    @Test func promptsComeFromStandardInput() throws {
        let outcome = try Tool.run("run", program, "--generate", "2", input: "ab\nbc\n")
        #expect(outcome.output == "[\"a\", \"b\"]\n[\"b\", \"c\"]\n")
    }

    @Test(arguments: [[], ["--compiled"]]) func whereItEnds(_ how: [String]) throws {
        // The seventh token would be read by no position.
        #expect(try Tool.run(["run", program, "ab", "--generate", "5"] + how).status == 0)
        let long = try Tool.run(["run", program, "ab", "--generate", "9"] + how)
        #expect(long.status == 65 && long.error.contains("longer than the maximum of 6 tokens"))
        // What was generated until then is not lost.
        #expect(long.output == "[\"a\", \"b\", \"a\", \"b\", \"a\"]\n")
        let told = try Tool.run(["run", program, "ab", "--generate", "9", "--json"] + how)
        let results = try #require(told.json()["results"] as? [[String: Any]])
        #expect(told.status == 65 && results.count == 1 && (results[0]["generated"] as? [String])?.count == 5)
        let lengths = scratch.file(
            "lengths.rasp", "#pragma vocab a\n#pragma max_length 9\n#pragma causal true\nn = indices;")
        let unknown = try Tool.run(["run", lengths.path, "aa", "--generate", "3"] + how)
        #expect(unknown.status == 65 && unknown.error.contains("1 is no token of its vocabulary"))
        let undefined = scratch.file("p.crasp", "#pragma vocab a b\n#pragma max_length 9\nNEXT_a := Q_b").path
        let none = try Tool.run(["run", undefined, "ba", "--generate", "3"] + how)
        #expect(none.status == 65 && none.error.contains("undefined at the last position"))
        #expect(try Tool.run(["run", undefined, "b", "--generate", "1"] + how).output == "[\"a\"]\n")
    }

    @Test func usage() throws {
        for options in [
            ["--generate", "0"], ["--until", "a"], ["--generate", "2", "--trace"], ["--generate", "2", "--accept"],
        ] {
            #expect(try Tool.run(["run", program, "ab"] + options).status == 64, "\(options)")
        }
        #expect(try Tool.run("run", program, "ab", "--depth").status == 64)
        #expect(try Tool.run("run", "dyck1.crasp", "()", "--bos").status == 64)
        #expect(try Tool.run("run", "dyck1.crasp", "()", "--no-causal").status == 64)
        #expect(try Tool.run("compile", "dyck1.crasp", "--no-causal", in: scratch.root).status == 64)
    }

    @Test(arguments: [[], ["--compiled"]]) func brackets(_ how: [String]) throws {
        let outcome = try Tool.run(["run", "next_bracket.crasp", "(", "--generate", "7"] + how)
        #expect(outcome.output == "[\"(\", \"(\", \")\", \")\", \")\", \"(\", \"(\"]\n")
    }

    @Test(arguments: [[], ["--compiled"]]) func accepts(_ how: [String]) throws {
        let outcome = try Tool.run(["run", "dyck1.crasp", "(())()", "())(", "--accept"] + how)
        #expect(outcome.output == "accept\nreject\n" && outcome.status == 0)
        let json = try Tool.run(["run", "dyck1.crasp", "()", "--accept", "--json"] + how).json()
        #expect((json["results"] as? [[String: Any]])?.first?["accepted"] as? Bool == true)
        let values = try Tool.run(["run", "dyck1.crasp", "())", "--trace"] + how)
        #expect(values.status == 0 && values.output.contains("broken"))
        #expect(try Tool.run(["run", program, "ab", "--accept"] + how).status == 65)
    }

    @Test func depthAndPicture() throws {
        #expect(try Tool.run("run", "l12", "--depth").output == "depth 10\n")
        #expect(try Tool.run("run", "l12.crasp", "--depth", "--json").json()["depth"] as? Int == 10)
        let picture = scratch.root.appendingPathComponent("p.svg").path
        #expect(try Tool.run("run", "dyck1.crasp", "(())", "--draw", picture).status == 0)
        #expect(try String(contentsOfFile: picture, encoding: .utf8).contains("broken"))
    }

    @Test func compiles() throws {
        let json = try Tool.run("compile", "dyck1.crasp", "--json", in: scratch.root).json()
        #expect(json["heads_per_layer"] as? [Int] == [1, 1, 0] && json["mismatches"] as? Int == 0)
        let exported = try Tool.run(
            "compile", "anbncn", "--max-length", "30", "--format", "gpt2", "--verify", "200", "--json", in: scratch.root
        )
        #expect(exported.status == 0, "\(exported.error)")
    }

    /// Places, as for RASP; a finding of standard error begins with the file.
    @Test func findings() throws {
        let broken = scratch.file("broken.crasp", "a := #Q_a\nb := c >= 1\n").path
        let outcome = try Tool.run("run", broken, "ab")
        #expect(outcome.status == 65 && outcome.error.contains("broken.crasp:2:6"))
        let compiled = try Tool.run("compile", broken, "--json", in: scratch.root)
        #expect(compiled.status == 65 && compiled.output.contains("undefined-name"))
        let binary = scratch.root.appendingPathComponent("binary.crasp")
        try Data([0xFF, 0xFE, 0x00, 0x80]).write(to: binary)
        #expect(try Tool.run("run", binary.path, "ab").status == 65)
        #expect(try Tool.run("run", scratch.file("empty.crasp", "").path, "ab").status == 65)
    }
}
