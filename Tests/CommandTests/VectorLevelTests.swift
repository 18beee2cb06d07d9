import Foundation
import Testing

/// `TRACR_INJECT_VECTORS` treats the processor as a lesser one, is shown, and is never taken for what it is not.
@Suite struct VectorLevelTests {
    private func doctor(_ level: String) throws -> [String: Any] {
        try Tool.run("doctor", "--json", environment: ["TRACR_INJECT_VECTORS": level]).json()
    }

    @Test func doctorShowsWhatIsThereAndWhatIsInUse() throws {
        let levels = try #require(try doctor("")["vector_levels"] as? [String])
        #expect(["none", "v3", "v4", "v4-bf16", "v4-amx"].starts(with: levels) && !levels.isEmpty)
        #expect(try doctor("")["vector_level"] as? String == levels.last)
        #expect(try doctor("")["vector_level_forced"] is NSNull)
        for level in levels {
            #expect(try doctor(level)["vector_level"] as? String == level)
            #expect(try doctor(level)["vector_level_forced"] as? String == level)
            let text = try Tool.run("doctor", environment: ["TRACR_INJECT_VECTORS": level]).output
            #expect(text.contains("level in use") && text.contains("TRACR_INJECT_VECTORS is set"))
        }
        // What is not there is refused by name, and by name is said what is.
        for level in ["none", "v3", "v4", "v4-bf16", "v4-amx"].dropFirst(levels.count) {
            let outcome = try Tool.run("doctor", environment: ["TRACR_INJECT_VECTORS": level])
            #expect(outcome.status == 64 && outcome.output.isEmpty)
            #expect(outcome.error.contains("TRACR_INJECT_VECTORS=\(level) asks for"))
            #expect(outcome.error.contains(levels.joined(separator: ", ")))
        }
    }

    @Test(arguments: ["avx2", "V3", "v4_bf16", "0", " "]) func unknownLevelsAreRefused(_ level: String) throws {
        for arguments in [["doctor"], ["run", "count", "xyxx:"], ["bench", "--steps", "1"]] {
            let outcome = try Tool.run(arguments, environment: ["TRACR_INJECT_VECTORS": level])
            #expect(outcome.status == 64 && outcome.output.isEmpty)
            #expect(outcome.error.contains("TRACR_INJECT_VECTORS=\(level) is no vector level"))
            #expect(outcome.error.contains("none, v3, v4, v4-bf16, v4-amx"))
        }
        #expect(try Tool.run("--version", environment: ["TRACR_INJECT_VECTORS": level]).status == 0)
    }

    @Test func benchSaysAtWhichLevelItMeasured() throws {
        let outcome = try Tool.run("bench", "--steps", "1", "--json", environment: ["TRACR_INJECT_VECTORS": "none"])
        #expect(try outcome.json()["vector_level"] as? String == "none")
    }
}

/// Every command that takes a PROGRAM finds one that ships by its name, with or without the ending, from any folder.
@Suite struct ProgramNameTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let commands: [@Sendable (String) -> [String]] = [
        { ["compile", $0, "--verify", "0", "--output", "out"] }, { ["run", $0, "()"] },
        { ["run", $0, "()", "--compiled"] }, { ["run", $0, "()", "--draw", "out.svg"] },
        { ["bench", "--program", $0, "--steps", "1"] },
    ]

    @Test(arguments: commands.indices) func theEndingMakesNoDifference(_ index: Int) throws {
        for name in ["shuffle_dyck", "shuffle_dyck.rasp", "shuffle-dyck.rasp"] {
            let outcome = try Tool.run(Self.commands[index](name), in: scratch.root)
            #expect(outcome.status == 0, "\(name): \(outcome.error)")
        }
        let unknown = try Tool.run(Self.commands[index]("shufle_dyck.rasp"), in: scratch.root)
        #expect(unknown.status == 66 && unknown.error.contains("Did you mean 'shuffle_dyck'?"), "\(unknown.error)")
        #expect(unknown.error.contains("Looked in") && !unknown.error.contains("Resources"))
    }

    /// A task file names programs in the same way: one that lies beside it, and one that ships.
    @Test func aTaskFilesProgramsToo() throws {
        let shipped = try #require(try Tool.run("doctor", "--json").json()["configs"] as? String)
        scratch.file("own.rasp", try String(contentsOfFile: shipped + "/tasks/reverse.rasp", encoding: .utf8))
        let task = try String(contentsOfFile: shipped + "/tasks/reverse.yaml", encoding: .utf8)
        for ending in ["", ".rasp"] {
            let text = task.replacing("program: reverse.rasp", with: "program: own\(ending)")
                .replacing("solution: ../../Programs/reverse.rasp", with: "solution: reverse\(ending)")
            #expect(text != task)
            scratch.file("mine.yaml", text)
            let outcome = try Tool.run("train", "--task", "./mine.yaml", "--dry-run", in: scratch.root)
            #expect(outcome.status == 0, "\(outcome.error)")
        }
    }
}
