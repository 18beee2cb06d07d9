import Basics
import Foundation
import Testing

/// Runs a reader on many mutated inputs: each has to end in a value or in a `Failure`, soon and in bounded memory.
///
/// `TRACR_INJECT_FUZZ` is the number of inputs a reader gets (500 by default, a million in a full run), and
/// `TRACR_INJECT_FUZZ_FROM` the seed of the first. An input that ends the process stays behind in the folder of the
/// run, whose name is printed.
struct Fuzzer {
    static let count = ProcessInfo.processInfo.environment["TRACR_INJECT_FUZZ"].flatMap { Int($0) } ?? 500
    static let first = ProcessInfo.processInfo.environment["TRACR_INJECT_FUZZ_FROM"].flatMap { Int($0) } ?? 0

    /// Processor time: nothing here is larger than a few kilobytes, which take milliseconds. Judged in full runs as
    /// well.
    private static let longestSeconds = 5.0
    /// What the process may grow by over one reader's inputs: fragmentation, and caches that fill once. Judged in full
    /// runs, which run alone; beside the whole suite the growth would be other tests'.
    private static let largestGrowth = 256 << 20
    private static let isFullRun = count > 100_000

    let name: String
    /// Where inputs that have to be files are written: in memory where the system has a place for that.
    let folder: URL

    init(_ name: String) throws {
        self.name = name
        let memory = URL(fileURLWithPath: "/dev/shm")
        let parent =
            FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
        folder = parent.appendingPathComponent("tracr-inject-fuzz-\(name)-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Not atomic and not flushed: a million of these are written.
    func write(_ bytes: [UInt8], to name: String) throws {
        let descriptor = open(folder.path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(descriptor) }
        guard bytes.withUnsafeBytes({ Foundation.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    /// - Parameter attempt: makes an input from the mutator and reads it; returns when it was accepted.
    func run(_ attempt: (inout Mutator) throws -> Void) throws {
        var accepted = 0
        var slowest = (seconds: 0.0, seed: 0)
        let memoryBefore = Self.residentMemory()
        let started = Self.time(CLOCK_MONOTONIC)
        for seed in Self.first..<Self.first + Self.count {
            var mutator = Mutator(seed: UInt64(seed))
            let begun = Self.time(CLOCK_THREAD_CPUTIME_ID)
            do {
                try attempt(&mutator)
                accepted += 1
            } catch is Failure {
            } catch {
                Issue.record("\(name), seed \(seed): not a Failure but \(error)")
            }
            let seconds = Self.time(CLOCK_THREAD_CPUTIME_ID) - begun
            if seconds > slowest.seconds { slowest = (seconds, seed) }
        }
        let growth = Self.residentMemory() - memoryBefore
        // Mutations that are all refused at the door would test the door only.
        #expect(accepted > Self.count / 200 && accepted < Self.count, "\(name): \(accepted) of \(Self.count) accepted")
        if Self.isFullRun {
            #expect(slowest.seconds < Self.longestSeconds, "\(name), seed \(slowest.seed)")
            #expect(growth < Self.largestGrowth, "\(name) grew by \(growth) bytes")
            let total = Int(Self.time(CLOCK_MONOTONIC) - started)
            print(
                "fuzz \(name): \(Self.count) inputs, \(accepted) accepted, \(total) s, "
                    + "slowest \(Int(slowest.seconds * 1000)) ms (seed \(slowest.seed)), memory grew by \(growth >> 20) MiB"
            )
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private static func time(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private static func residentMemory() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
    }
}
