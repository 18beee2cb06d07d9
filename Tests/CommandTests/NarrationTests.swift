import Foundation
import Testing

/// What a training tells on standard error: nothing under `--quiet`, more under `--verbose`, and never anything on
/// standard output but its result.
@Suite struct NarrationTests {
    private static let usual = Result { try train([]) }

    private static func train(_ flags: [String]) throws -> Outcome {
        let scratch = try Scratch()
        let outcome = try Tool.run(
            ["train", "--task", "count", "--steps", "2", "--output", "run"] + TrainTests.small + flags, in: scratch.root
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output == "run: trained 2 steps; the model is in run/student\n")
        return outcome
    }

    @Test func quietPrintsNeitherProgressNorWarnings() throws {
        #expect(try Self.train(["--quiet"]).error == "")
    }

    @Test func progressIsPlainLinesWhereThereIsNoTerminal() throws {
        let lines = try Self.usual.get().error.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("student tiny: 12 layers x 128") })
        #expect(lines.contains { $0.hasPrefix("step 2/2  loss") })
        #expect(!lines.contains { $0.contains("\u{1B}") })
    }

    @Test func verboseNamesTheFilesThatARunIsMadeFrom() throws {
        let (usual, verbose) = (try Self.usual.get().error, try Self.train(["--verbose"]).error)
        #expect(!usual.contains("count.rasp"))
        #expect(verbose.contains("count.rasp") && verbose.contains("step 2: saved in"))
    }
}
