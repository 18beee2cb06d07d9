import Foundation
import Testing

/// The Python package in `Sources/Python` against the program's own figures (`Peer/package.py`), where PYTHON, or a
/// `python3` on the path, has numpy; with GPT2_PEER_PYTHON, which names a Python with torch and transformers, exchanges
/// too.
@Suite(.serialized) struct PythonPackageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let environment = URL(fileURLWithPath: "/usr/bin/env")

    static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

    static var hasNumpy: Bool {
        (try? Tool.run([python, "-c", "import numpy"], program: environment).status) == 0
    }

    private func compare(_ python: [String], program: URL, libraries: [String]) throws {
        let scratch = try Scratch()
        let trained = try Tool.run(
            ["train", "--task", "count", "--steps", "2", "--output", "run"] + TrainTests.small, in: scratch.root)
        try #require(trained.status == 0, "\(trained.error)")
        let script = Self.root.appendingPathComponent("Tests/CommandTests/Peer/package.py").path
        let done = try Tool.run(
            python + [script, Tool.executable.path, scratch.path("run"), "8"] + libraries, program: program)
        #expect(done.status == 0, "\(done.error)")
        #expect(done.output.contains("decoded: "), "\(done.output)")
        for library in libraries { #expect(done.output.contains("\(library): ")) }
    }

    @Test(.enabled(if: hasNumpy)) func decodedValuesAreTheCommands() throws {
        try compare([Self.python], program: Self.environment, libraries: [])
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["GPT2_PEER_PYTHON"] != nil))
    func exchangesAreTheCommands() throws {
        let python = URL(fileURLWithPath: ProcessInfo.processInfo.environment["GPT2_PEER_PYTHON"] ?? "")
        try compare([], program: python, libraries: ["transformers"])
    }
}
