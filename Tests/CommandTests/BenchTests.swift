import Foundation
import Testing

/// `bench`: what it measures is not tested (no timing is), what it says is.
@Suite(.serialized) struct BenchTests {
    /// What `bench` says of one step.
    private struct Step: Sendable {
        let planned, peak, operations: Double

        /// Every thread has room of its own, which is not planned: two threads on any machine.
        init(_ settings: [String]) throws {
            let result = try BenchTests.bench(["--threads", "2"] + settings)
            planned = try #require(result["planned_memory_bytes"] as? Double)
            peak = try #require(result["peak_memory_bytes"] as? Double)
            operations = try #require(result["operations_per_step"] as? Double)
        }
    }

    private static let plain = Result { try Step([]) }
    private static let saving = Result {
        try Step(
            ["memory.recompute=true", "memory.moments=bf16", "memory.original=bf16"].flatMap { ["--set", $0] })
    }

    private static func bench(_ arguments: [String] = []) throws -> [String: Any] {
        let outcome = try Tool.run(["bench", "--json", "--steps", "1"] + arguments)
        #expect(outcome.status == 0, "\(outcome.error)")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    @Test func memoryIsWhatWasPlanned() throws {
        // A sanitizer's shadow is memory too.
        guard ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil else { return }
        let steps = [try Self.plain.get(), try Self.saving.get()]
        for step in steps {
            // What the process takes by itself, planned as 48 MiB, differs by some with the size of pages and the load
            // of the machine; weights and activations, 200 and 112 MiB here, are exact (`MemoryTests`).
            #expect(abs(step.planned - step.peak) < 40 * 1_048_576, "planned \(step.planned), measured \(step.peak)")
        }
        // And what the settings save, which is 88 MiB, is saved.
        let (planned, peak) = (steps[0].planned - steps[1].planned, steps[0].peak - steps[1].peak)
        #expect(planned > 80 * 1_048_576 && abs(planned - peak) < 24 * 1_048_576, "\(planned) planned, \(peak)")
    }

    @Test func theProfileNamesOperationsAndTheirProducts() throws {
        let result = try Self.bench(["--profile", "--set", "precision=bf16"])
        let profile = try #require(result["profile"] as? [[String: Any]])
        let linear = try #require(profile.first { $0["operation"] as? String == "linear" })
        // 12 layers of four products on 1,560 rows, and the same for the original on 840; the map on 720 aligned rows
        // at two states.
        let weights: Double = 12 * 128 * 1536
        let rows: Double = 1560 + 840
        #expect((linear["operations"] as? Double ?? 0) >= 2 * weights * rows)
        #expect(profile.contains { $0["operation"] as? String == "attention backward" })
        // What the processor cannot multiply in bf16 is computed in fp32, and said to be.
        let level = try #require(result["vector_level"] as? String)
        #expect(result["precision"] as? String == (level.hasPrefix("v4-") ? "bf16" : "fp32"))
    }

    @Test func recomputationIsNotCountedTwice() throws {
        #expect(try Self.plain.get().operations == Self.saving.get().operations)
    }

    /// Memory that the system refuses is told like any other error.
    @Test func noMemoryIs65() throws {
        guard ProcessInfo.processInfo.environment["TRACR_INJECT_SANITIZED"] == nil else { return }
        for (student, limit) in [
            ("gpt2", 600_000), ("gpt2", 900_000), ("pythia-70m", 600_000), ("pythia-70m", 1_500_000),
        ] {
            let outcome = try Tool.shell(
                "\(Tool.addressSpace(kibibytes: limit))exec \"$TOOL\" bench --student \(student) --steps 1")
            #expect(outcome.status == 65, "\(student) \(limit): \(outcome.status) \(outcome.error.prefix(300))")
            #expect(outcome.error.contains("memory"))
        }
        // A limit that leaves no room for the stack that programs are read on, on a machine of many processors neither for
        // those of OpenBLAS's threads.
        let crowded = try Tool.shell(
            "export OPENBLAS_NUM_THREADS=1; \(Tool.addressSpace(kibibytes: 450_000))exec \"$TOOL\" run count 'xxx:'")
        #expect(crowded.status == 65 && crowded.error.contains("stack of 512 MiB"), "\(crowded.error)")
    }
}
