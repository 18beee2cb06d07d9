import Foundation
import Testing

/// `compile` puts a model in the place of an earlier one, and of nothing else.
@Suite struct OutputFolderTests {
    @Test func aFolderWithOtherFilesIsKept() throws {
        let scratch = try Scratch()
        let kept = URL(fileURLWithPath: scratch.path("project"))
        try FileManager.default.createDirectory(
            at: kept.appendingPathComponent("src"), withIntermediateDirectories: true)
        scratch.file("project/thesis.txt", "words\n")
        for output in ["project", "./project/", "project/src/.."] {
            let outcome = try Tool.run("compile", "reverse", "--output", output, in: scratch.root)
            #expect(outcome.status == 73, "\(outcome.error)")
            #expect(outcome.error.contains("holds other files"))
        }
        #expect(try String(contentsOf: kept.appendingPathComponent("thesis.txt"), encoding: .utf8) == "words\n")
    }

    @Test func anEmptyNameIsRefused() throws {
        let scratch = try Scratch()
        scratch.file("thesis.txt", "words\n")
        let outcome = try Tool.run("compile", "reverse", "--output", "", in: scratch.root)
        #expect(outcome.status == 64)
        #expect(FileManager.default.fileExists(atPath: scratch.path("thesis.txt")))
    }

    @Test func anEarlierModelIsReplacedAndALinkFollowed() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path("disk"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "disk")
        for format in ["plain", "gpt2", "plain"] {
            let outcome = try Tool.run(
                "compile", "count", "--output", "link", "--verify", "10", "--format", format, in: scratch.root)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(FileManager.default.fileExists(atPath: scratch.path("disk/config.json")))
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("disk/labels.json")))
    }
}
