import Basics
import Foundation
import Injection
import TensorCore
import Testing
import TrainingEngine

/// What a run may take, which checkpoints it keeps, and when it says that something is odd.
@Suite struct LimitsTests {
    /// The tightest limit of all groups above counts; version 1 says "none" with a huge number, version 2 with a word.
    @Test func controlGroups() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("groups-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        func limit(_ path: String, _ value: String) throws {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data((value + "\n").utf8).write(to: file)
        }
        try limit("user.slice/job/memory.max", "max")
        try limit("user.slice/memory.max", "4000000")
        try limit("memory/batch/memory.limit_in_bytes", "9223372036854771712")
        try limit("memory/memory.limit_in_bytes", "7000000")
        func found(_ membership: String) -> Int? { MemoryLimits.controlGroup(membership: membership, root: root.path) }
        #expect(found("0::/user.slice/job\n") == 4_000_000)
        #expect(found("5:cpu,memory:/batch\n4:pids:/x\n") == 7_000_000)
        #expect(found("5:cpu,memory:/batch\n0::/user.slice\n") == 4_000_000)
        #expect(found("0::/\n") == nil)
        // In a container the path names what cannot be seen from inside.
        #expect(found("0::/../../elsewhere\n") == nil)
        #expect(found("") == nil && found("x\n::\n") == nil)
    }

    @Test func memoryIsHeldAgainstTheMachine() throws {
        #expect(throws: Never.self) { try Preflight.require(1 << 30, most: 1 << 30) }
        #expect(throws: Never.self) { try Preflight.require(1 << 60, most: nil) }
        let failure = #expect(throws: Failure.self) { try Preflight.require(3 << 30, most: 1 << 30) }
        #expect(failure?.kind == .badData && failure?.message.contains("3072 MiB") == true)
        #expect((MemoryLimits.usable ?? 1) > 0)
    }

    /// A plan counts weights that are loaded before it is made, so they are part of what can be had.
    @Test func whatIsHeldCanBeHad() throws {
        let weights = Tensor(zeros: [1 << 24])
        for page in stride(from: 0, to: weights.count, by: 1024) { weights.pointer[page] = 1 }
        let (held, usable) = try withExtendedLifetime(weights) {
            (try #require(MemoryLimits.held), try #require(MemoryLimits.usable))
        }
        #expect(held >= weights.count * 4)
        #expect(usable >= held || [MemoryLimits.controlGroup, MemoryLimits.process].contains(usable))
    }

    @Test func checkpointsThatStay() {
        let steps = Array(stride(from: 100, through: 1000, by: 100))
        #expect(CheckpointRetention(last: 2).superfluous(steps) == Array(steps.prefix(8)))
        #expect(
            CheckpointRetention(last: 1, every: 500).superfluous(steps) == [100, 200, 300, 400, 600, 700, 800, 900])
        // The newest is never removed.
        #expect(CheckpointRetention(last: 0).superfluous([7]).isEmpty)
    }

    @Test func aSpikeIsToldAndAFallOrNoiseIsNot() {
        var random = SeededRandom(seed: 1)
        var spikes = LossSpike()
        // A loss that falls by a factor of a thousand with 20 % of noise.
        for step in 0..<2000 {
            let loss = Float(10 * exp(-Double(step) / 290) * (1 + 0.2 * random.normal())).magnitude + 1e-3
            #expect(spikes.expected(beside: loss) == nil, "step \(step)")
        }
        let expected = spikes.expected(beside: 2)
        #expect(expected.map { (0.005...0.05).contains($0) } == true, "\(String(describing: expected))")
        // One spike does not make the next one normal.
        #expect(spikes.expected(beside: 2) != nil)
        #expect(spikes.expected(beside: 0) == nil)
    }
}
