import Foundation
import Testing

/// Resume is exact: runs killed by SIGKILL at random moments end with the bytes of one that was left alone.
///
/// `TRACR_INJECT_KILLS` is the number of kills: 4 by default, 100 and more in a full run.
@Suite(.serialized) struct KillTests {
    static let kills = ProcessInfo.processInfo.environment["TRACR_INJECT_KILLS"].flatMap { Int($0) } ?? 4
    /// `tiny` in place of the micro student: slower by a hundred times.
    static let student = ProcessInfo.processInfo.environment["TRACR_INJECT_KILL_STUDENT"]

    @Test func killedRunsEndWithTheSameBytes() throws {
        let plain = try MicroRun()
        let micro = Self.student.map { plain.with(student: $0) } ?? plain
        let started = Date()
        var begun = started
        let reference = try micro.start("reference") { process in
            micro.wait(forChangeOf: "reference", in: process)
            begun = Date()
        }
        try #require(reference.status == 0, "\(reference.error)")
        // A run prepares for a while, then steps and saves, which is where most of the kills have to be.
        let (duration, stepping) = (Date().timeIntervalSince(started), Date().timeIntervalSince(begun))
        let wanted = try micro.contents(of: "reference")
        #expect(wanted.count > 10)

        // Moments are drawn anew each time: with the clock no seed could give the same ones again anyway.
        var (kills, runs, early, steps) = (0, 0, 0, Set<Int>())
        while kills < Self.kills {
            runs += 1
            let name = "run\(runs)"
            repeat {
                let begun = FileManager.default.fileExists(atPath: micro.scratch.path(name + "/config.yaml"))
                let isAnyMoment = Int.random(in: 0..<4) == 0
                let delay = UInt32(Double.random(in: 0...1.1) * (isAnyMoment ? duration : stepping) * 1e6)
                let kill = { (process: Process) in
                    if !isAnyMoment { micro.wait(forChangeOf: name, in: process) }
                    usleep(delay)
                    // Once it has been waited for, its number may belong to another process.
                    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
                }
                let outcome =
                    begun ? try micro.resume(name, whileRunning: kill) : try micro.start(name, whileRunning: kill)
                // Now and then a run is through before its moment comes.
                guard outcome.status == 128 + SIGKILL else {
                    #expect(outcome.status == 0, "\(outcome.error)")
                    break
                }
                kills += 1
                if !FileManager.default.fileExists(atPath: micro.scratch.path(name + "/config.yaml")) { early += 1 }
                steps.insert(micro.steps(of: name))
            } while kills < Self.kills && Bool.random()
            try micro.finish(name)
            try micro.expectEqual(name, wanted, "run \(runs) after kill \(kills)")
            try FileManager.default.removeItem(atPath: micro.scratch.path(name))
        }
        if Self.kills > 10 {
            print(
                "\(kills) kills in \(runs) runs, \(early) before the run had begun, with \(steps.sorted()) steps logged"
            )
        }
    }
}

extension MicroRun {
    /// Waits until a training opens its metrics, which is when it has prepared everything else, or ends.
    fileprivate func wait(forChangeOf run: String, in process: Process) {
        func modified() -> Date? {
            (try? FileManager.default.attributesOfItem(atPath: scratch.path(run + "/metrics.jsonl")))?[
                .modificationDate] as? Date
        }
        let before = modified()
        while process.isRunning, modified() == before { usleep(2_000) }
    }

    fileprivate func with(student: String) -> MicroRun {
        MicroRun(scratch: scratch, arguments: Self.arguments(scratch, student: student))
    }
}
