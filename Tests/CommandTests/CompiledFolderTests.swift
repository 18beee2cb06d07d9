import Foundation
import Testing

/// `run` on weights alone, and the places that `compile` writes to and programs are loaded from.
@Suite struct CompiledFolderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(arguments: [[], ["--tied"]]) func aFolderIsExecuted(_ how: [String]) throws {
        let compiled = try Tool.run(
            ["compile", "parity", "--verify", "20", "--output", "weights"] + how, in: scratch.root)
        #expect(compiled.status == 0, "\(compiled.error)")
        let run = try Tool.run("run", "weights", "10101", "111", in: scratch.root)
        #expect(run.output == "[1, 1, 0, 0, 1]\n[1, 0, 1]\n" && run.status == 0 && run.error.isEmpty)
        let traced = try Tool.run("run", "./weights", "101", "--trace", in: scratch.root)
        #expect(traced.output.contains("parity") && traced.status == 0)
        let json = try Tool.run("run", "weights", "10", "--json", in: scratch.root).json()
        #expect(json["program"] as? String == "parity")
        let unknown = try Tool.run("run", "weights", "1x", in: scratch.root)
        #expect(unknown.status == 65 && unknown.error.contains("\"x\""))
        #expect(try Tool.run("run", "weights", "1", "--layers", in: scratch.root).status == 64)
        let interpreted = try Tool.run(["run", "parity", "--compiled", "10101"] + how, in: scratch.root)
        #expect(interpreted.output == "[1, 1, 0, 0, 1]\n")
    }

    /// 0 and 1 are no booleans, although they are equal to them: what is accepted and what is written next depend on it.
    @Test func kindsOfValuesAreKept() throws {
        let source = "#pragma vocab 0 1\n#pragma max_length 6\n#pragma causal true\n"
        let body = "bit = num_prev(tokens, \"1\") % 2;\nodd = bit == 1;\nagain = indicator(odd);"
        for (output, value) in [("bit", "[1, 1]"), ("odd", "[true, true]"), ("again", "[1, 1]")] {
            let file = scratch.file("\(output).rasp", source + body + "\n#pragma output \(output)").path
            #expect(try Tool.run("run", file, "10").output == value + "\n")
            #expect(try Tool.run("run", file, "10", "--compiled").output == value + "\n")
            // Of the others the weights hold what the output needs.
            guard output == "again" else { continue }
            let trace = try Tool.run("run", file, "10", "--trace").output
            #expect(try Tool.run("run", file, "10", "--trace", "--compiled").output == trace)
        }
    }

    @Test func weightsThatAreNoNumbersAreRefused() throws {
        #expect(try Tool.run("compile", "reverse", "--output", "bad", in: scratch.root).status == 0)
        let file = scratch.root.appendingPathComponent("bad/model.safetensors")
        var bytes = try Data(contentsOf: file)
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
        try bytes.write(to: file)
        let outcome = try Tool.run("run", "./bad", "ab", in: scratch.root)
        #expect(outcome.status == 65 && outcome.error.contains("nan") && outcome.error.contains("tensor"))
    }

    @Test func layoutIsForWeights() throws {
        #expect(try Tool.run("run", "parity", "101", "--tied").status == 64)
        let without = try Tool.run("compile", "reverse", "--tied", "--output", "x", in: scratch.root)
        #expect(without.status == 65 && without.error.contains("has no loop"))
    }

    @Test func aFolderWithoutWeightsSaysSo() throws {
        try FileManager.default.createDirectory(atPath: scratch.path("empty"), withIntermediateDirectories: true)
        let outcome = try Tool.run("run", "./empty", "1", in: scratch.root)
        #expect(outcome.status != 0 && outcome.error.contains("config.json"))
    }

    /// Two programs of one name, one of them in a folder of those that ship, do not take each other's place.
    @Test func programsInFoldersHaveFoldersOfTheirOwn() throws {
        for (program, folder) in [("sort", "compiled/sort"), ("decompiling/sort", "compiled/decompiling/sort")] {
            let outcome = try Tool.run("compile", program, "--verify", "5", in: scratch.root)
            #expect(outcome.status == 0 && outcome.output.contains("\(folder)\n"), "\(outcome.error)")
            #expect(FileManager.default.fileExists(atPath: scratch.path(folder + "/config.json")))
        }
    }

    /// What ships can be loaded from anywhere.
    @Test func whatShipsIsLoaded() throws {
        scratch.file("mine.rasp", "load \"shared/dyck\";\nx = tokens;")
        let outcome = try Tool.run("run", "mine.rasp", "ab", in: scratch.root)
        #expect(outcome.status == 0 && outcome.output == "[\"a\", \"b\"]\n", "\(outcome.error)")
        let console = try Tool.run("run", input: "load \"shared/dyck\";\n", in: scratch.root)
        #expect(console.status == 0 && !console.output.contains("there is no file"))
        scratch.file("other.rasp", "load \"shared/nothing\";\nx = tokens;")
        #expect(try Tool.run("run", "other.rasp", "ab", in: scratch.root).error.contains("looked in"))
    }
}
