import Foundation
import Testing

/// What a run does when it is asked to end, and when its terminal goes away. One test at a time sets the signals' actions,
/// which are the process's.
@Suite(.serialized) struct SignalTests {
    let micro: MicroRun

    init() throws { micro = try MicroRun() }

    /// A run that would go on for hours, with the signals' own actions: `nohup` and shells without job control start
    /// the tests with some ignored, which the run would inherit and respect.
    private func long(_ output: String, environment: [String: String] = [:], _ body: @escaping (Process) throws -> Void)
        throws -> Outcome
    {
        let actions = [SIGINT, SIGTERM, SIGHUP].map { ($0, signal($0, SIG_DFL)) }
        defer { for (number, action) in actions { signal(number, action) } }
        return try Tool.run(
            micro.arguments + ["--steps", "10000000", "--set", "checkpoint.every=0", "--output", output],
            in: micro.scratch.root,
            environment: environment
        ) { process in
            process.wait(forContentOf: micro.scratch.path(output + "/metrics.jsonl"))
            try body(process)
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aSignalSavesAndEndsTheRun(_ signal: Int32) throws {
        let outcome = try long("run") { Foundation.kill($0.processIdentifier, signal) }
        #expect(outcome.status == 128 + signal, "\(outcome.error)")
        #expect(outcome.error.contains("--resume"))
        // What is not finished is not taken for a run.
        #expect(try Tool.run("eval", "run", in: micro.scratch.root).status == 65)
        let reached = micro.steps(of: "run")
        #expect(reached > 0)
        let resumed = try micro.resume("run", "--steps", "\(reached + 1)")
        #expect(resumed.status == 0, "\(resumed.error)")
        #expect(micro.steps(of: "run") == reached + 1)
    }

    /// Texts are sampled before the first step; what there is of them is kept, and the run that goes on has the text of
    /// one that was never ended.
    @Test func aSignalWhileTextIsSampledKeepsIt() throws {
        // Of the windows to train on no more are sampled than the steps read; those that are held out all are.
        let arguments =
            micro.arguments + [
                "--steps", "1", "--set", "text.samples=1", "--set", "text.held_out=300", "--set", "text.tokens=100",
            ]
        let errors = micro.scratch.file("errors", "")
        func begin(_ output: String, _ body: ((Process) throws -> Void)? = nil) throws -> Outcome {
            try Tool.run(arguments + ["--output", output], in: micro.scratch.root, errors: errors) { process in
                try body?(process)
            }
        }
        let action = signal(SIGTERM, SIG_DFL)
        defer { signal(SIGTERM, action) }
        let ended = try begin("ended") { process in
            // The first of them are there; they are saved at the signal.
            process.wait(for: "text 64/301", in: errors)
            Foundation.kill(process.processIdentifier, SIGTERM)
        }
        #expect(ended.status == 128 + SIGTERM, "\(ended.error)")
        #expect(ended.error.contains("interrupted before the first step"))
        #expect(FileManager.default.fileExists(atPath: micro.scratch.path("ended/text.part.jsonl")))
        let resumed = try micro.resume("ended")
        #expect(resumed.status == 0, "\(resumed.error)")
        #expect(try begin("whole").status == 0)
        let text = { try Data(contentsOf: URL(fileURLWithPath: micro.scratch.path($0 + "/text.jsonl"))) }
        #expect(try text("ended") == text("whole"))
        #expect(!FileManager.default.fileExists(atPath: micro.scratch.path("ended/text.part.jsonl")))
    }

    /// The second signal does not wait for the step. Whichever of the two ends the process, the run can go on.
    @Test func aSecondSignalEndsAtOnceWithoutHarm() throws {
        let outcome = try long("run") { process in
            for _ in 0..<2 { Foundation.kill(process.processIdentifier, SIGTERM) }
        }
        #expect(outcome.status == 128 + SIGTERM, "\(outcome.error)")
        let resumed = try micro.resume("run", "--steps", "3")
        #expect(resumed.status == 0, "\(resumed.error)")
    }

    /// `nohup` leaves SIGHUP ignored, and the run leaves it so.
    @Test func aHangupDoesNotStopARunToldToGoOn() throws {
        let command = (["exec", Tool.executable.path] + micro.arguments + ["--output", "run"])
            .map { "'\($0)'" }.joined(separator: " ")
        // The terminal's end: the streams are broken too.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "trap '' HUP; " + command.replacing("'exec'", with: "exec")]
        process.currentDirectoryURL = micro.scratch.root
        let (output, error) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, error)
        try process.run()
        try output.fileHandleForReading.close()
        try error.fileHandleForReading.close()
        process.wait(forContentOf: micro.scratch.path("run/metrics.jsonl"))
        Foundation.kill(process.processIdentifier, SIGHUP)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect(micro.steps(of: "run") == MicroRun.steps)
        #expect(FileManager.default.fileExists(atPath: micro.scratch.path("run/manifest.json")))
    }

    /// Neither does a terminal that goes away, whatever can no longer be written to it.
    @Test func aClosedTerminalDoesNotStopARun() throws {
        let terminal = try PseudoTerminal(
            micro.arguments + ["--output", "run"], environment: ["TERM": "xterm"], in: micro.scratch.root)
        terminal.wait(forContentOf: micro.scratch.path("run/metrics.jsonl"))
        terminal.hangUp()
        #expect(terminal.waitForExit() == 0)
        #expect(FileManager.default.fileExists(atPath: micro.scratch.path("run/manifest.json")))
    }
}
