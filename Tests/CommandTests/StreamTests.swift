import Foundation
import Testing

/// What a command does with streams that are closed, and when nobody reads what it prints.
@Suite struct StreamTests {
    let micro: MicroRun

    init() throws { micro = try MicroRun() }

    /// A stream that is closed from the start does not lend its number to a file of the run.
    @Test(arguments: ["2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"]) func closedStreamsDoNoHarm(_ redirection: String) throws {
        let wanted = try micro.start("reference")
        #expect(wanted.status == 0)
        let command = ([Tool.executable.path] + micro.arguments + ["--output", "run"]).map { "'\($0)'" }.joined(
            separator: " ")
        #expect(try shell("\(command) \(redirection)").status == 0)
        try micro.expectEqual("run", micro.contents(of: "reference"), redirection)
    }

    @Test(arguments: [
        "data count --count 20000", "--help", "doctor", "run count 'xyxx:'", "tokenize 'a b'",
        "train --task count --print-config",
        "compile count --verify 0 --json --output compiled", "run count < /dev/null",
    ])
    func aClosedPipeEndsQuietly(_ arguments: String) throws {
        // `doctor` may have something to say about the machine, which it says to an open pipe as well.
        let open = try shell("'\(Tool.executable.path)' \(arguments) | cat > open")
        let outcome = try shell("{ '\(Tool.executable.path)' \(arguments); echo \"status $?\" >&2; } | true")
        let said = open.error.split(separator: "\n")
        let lines = outcome.error.split(separator: "\n").filter { !said.contains($0) }
        // 141 is the shell's word for SIGPIPE; a command may also have nothing left to print.
        #expect(lines == ["status 141"] || lines == ["status 0"], "\(outcome.error)")
    }

    private func shell(_ command: String) throws -> (status: Int32, error: String) {
        let errors = micro.scratch.file("errors", "")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = micro.scratch.root
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: errors, encoding: .utf8))
    }
}
