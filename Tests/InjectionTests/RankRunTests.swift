import Basics
import Evaluation
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import TestSupport
import Testing
import TrainingEngine

/// Whole runs by several ranks, as threads of this process.
@Suite(.serialized) struct RankRunTests {
    /// Eight examples a step, in four shards, on one thread a rank. Where a gradient is zero but for rounding, AdamW's own
    /// epsilon would make a step of either sign of it.
    private static let base = [
        ("threads", "1"), ("batch.task", "4"), ("batch.perturbed", "4"), ("batch.text", "3"), ("batch.shards", "4"),
        ("optimizer.epsilon", "1e-3"), ("checkpoint.keep_last", "9"), ("precision", "fp32"),
    ]

    private func settings(_ folder: MicroStudent.Folder, _ more: [(String, String)] = []) throws -> Settings {
        try MicroStudent.settings(in: folder, overrides: Self.base + more)
    }

    private func train(_ settings: Settings, ranks: Int, to output: URL) throws -> RunDirectory {
        let outcomes = LocalRanks.run(ranks) { try Training.start(settings, output: output, ranks: $0).run.root }
        for outcome in outcomes { _ = try outcome.result.get() }
        return RunDirectory(output)
    }

    /// The loss of each step, and its parts.
    private func losses(_ run: RunDirectory) throws -> [[Double]] {
        try String(contentsOf: run.metrics, encoding: .utf8).split(separator: "\n").map { line in
            let value = try JSONParser.parse(String(line), name: "metrics")
            return ["loss", "ce", "alg", "kl"].compactMap { value[$0]?.number }
        }
    }

    private func weights(_ run: RunDirectory) throws -> [Float] {
        try Student.load(from: run.student).model.parameters.parameters.flatMap(\.value.values)
    }

    /// Everything that a run leaves, the clock readings apart.
    private func bytes(_ run: RunDirectory) throws -> [Data] {
        let metrics = try String(contentsOf: run.metrics, encoding: .utf8).split(separator: "\n").map { line in
            line.range(of: ",\"tokens_per_second\"").map { String(line[..<$0.lowerBound]) } ?? String(line)
        }
        return try [
            Data(contentsOf: run.student.appendingPathComponent("model.safetensors")), Data(contentsOf: run.projection),
            Data(metrics.joined(separator: "\n").utf8), Data(contentsOf: run.text),
        ]
    }

    private func expectSame(_ run: RunDirectory, _ other: RunDirectory, within tolerance: Double = 1e-5) throws {
        let (own, others) = try (losses(run), losses(other))
        #expect(own.count == others.count && own.count == 6)
        // KL is a sum of differences of log-probabilities of about 6, each of which is right to 4e-7.
        for (one, two) in zip(own, others) {
            for (a, b) in zip(one, two) { #expect(abs(a - b) <= tolerance * abs(a) + 4e-7, "\(a) and \(b)") }
        }
        let (ours, theirs) = try (weights(run), weights(other))
        let scale = ours.map(abs).max() ?? 0
        let distance = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
        #expect(Double(distance) <= tolerance * Double(scale))
    }

    @Test(arguments: [
        [], [("optimizer.sharded", "true"), ("optimizer.start_decay", "20")],
        [("memory.recompute", "true"), ("data.check", "6")],
    ])
    func severalRanksTrainTheSameRunAsOne(more: [(String, String)]) throws {
        let folder = try MicroStudent.Folder()
        let settings = try settings(folder, more)
        let one = try Training.start(settings, output: folder("one")).run
        for ranks in [2, 3, 4] {
            try expectSame(one, train(settings, ranks: ranks, to: folder("ranks\(ranks)")))
        }
    }

    @Test(arguments: [
        [], [("optimizer.sharded", "true"), ("optimizer.gradients", "bf16"), ("memory.moments", "bf16")],
    ])
    func equalNumbersOfRanksGiveEqualBytesAcrossAResume(more: [(String, String)]) throws {
        let folder = try MicroStudent.Folder()
        let settings = try settings(folder, more)
        let first = try train(settings, ranks: 2, to: folder("first"))
        let second = try train(settings, ranks: 2, to: folder("second"))
        #expect(try bytes(first) == bytes(second))
        for step in [4, 6] {
            try FileManager.default.removeItem(
                at: second.checkpoints.appendingPathComponent(Checkpoint.name(step: step)))
        }
        let place = second.root
        for outcome in LocalRanks.run(2, { try Training.resume(place, ranks: $0).step }) {
            #expect(try outcome.result.get() == 6)
        }
        #expect(try bytes(first) == bytes(second))
    }

    /// A checkpoint is whole, whoever wrote it: with moments that lie spread over four ranks, one rank and three go on.
    @Test func anotherNumberOfRanksGoesOn() throws {
        let folder = try MicroStudent.Folder()
        let settings = try settings(folder, [("batch.shards", "0"), ("optimizer.sharded", "true")])
        let whole = try train(settings, ranks: 4, to: folder("whole"))
        for ranks in [1, 3] {
            let part = folder("part\(ranks)")
            try FileManager.default.copyItem(at: whole.root, to: part)
            for step in [4, 6] {
                try FileManager.default.removeItem(
                    at: part.appendingPathComponent("checkpoints/" + Checkpoint.name(step: step)))
            }
            for outcome in LocalRanks.run(ranks, { try Training.resume(part, ranks: $0).step }) {
                #expect(try outcome.result.get() == 6)
            }
            try expectSame(whole, RunDirectory(part))
        }
    }

    /// Half of what is sent, and nearly the same losses: a rounding is 2^-9 of a gradient, and made up for.
    @Test func gradientsInHalfPrecisionTrainNearlyTheSame() throws {
        let folder = try MicroStudent.Folder()
        let exact = try train(settings(folder), ranks: 2, to: folder("exact"))
        let halved = try train(settings(folder, [("optimizer.gradients", "bf16")]), ranks: 2, to: folder("halved"))
        #expect(try bytes(exact) != bytes(halved))
        try expectSame(exact, halved, within: 3e-3)
    }

    @Test func aRankWithAnotherStudentIsNamed() throws {
        let folder = try MicroStudent.Folder()
        let settings = try settings(folder)
        var other = settings
        other.student = folder("other").path
        try MicroStudent.make(seed: 2).save(to: folder("other"))
        let (one, two) = (settings, other)
        let output = folder("run")
        let outcomes = LocalRanks.run(2) { ranks in
            _ = try Training.start(ranks.isFirst ? one : two, output: output, ranks: ranks)
        }
        for outcome in outcomes {
            #expect((outcome.error as? Failure)?.message.contains("rank 1 and rank 0 have not the same") == true)
        }
        #expect(outcomes.map(\.tells) == [true, false])
    }

    @Test func moreRanksThanExamplesAreRefused() throws {
        let folder = try MicroStudent.Folder()
        let settings = try settings(folder, [("batch.shards", "0"), ("batch.task", "1"), ("batch.perturbed", "2")])
        let output = folder("run")
        let outcomes = LocalRanks.run(2) { _ = try Training.start(settings, output: output, ranks: $0) }
        #expect((outcomes[0].error as? Failure)?.kind == .usage)
        #expect(!FileManager.default.fileExists(atPath: output.path))
    }

    @Test func severalRanksMeasureTheSame() throws {
        let folder = try MicroStudent.Folder()
        let run = try Training.start(settings(folder, [("steps", "1")]), output: folder("run")).run
        var options = ModelEvaluation.Options()
        (options.prompts, options.decodedPrompts) = (4, 2)
        options.suites = [.task, .decoding, .sampled, .perturbed]
        let one = try ModelEvaluation(run: run, options: options)
        let place = run.root
        let shared = options
        let outcomes = LocalRanks.run(3) { ranks -> [[String]] in
            var options = shared
            options.ranks = ranks
            let evaluation = try ModelEvaluation(run: RunDirectory(place), options: options)
            return evaluation.rows + [[evaluation.json.text(indented: false)]]
        }
        for outcome in outcomes {
            #expect(try outcome.result.get() == one.rows + [[one.json.text(indented: false)]])
        }
    }
}
