import Foundation
import Ranks
import Testing

/// Whole commands by several ranks under `mpirun`. What ranks compute is tested without a launcher (`RankRunTests`).
@Suite(
    .serialized,
    .enabled(if: Job.isPossible, "needs Open MPI and a build with it: make test MPI=1"))
struct SeveralRanksTests {
    @Test(arguments: [2, 8]) func ranksTrainWhatOneTrains(ranks: Int) throws {
        let job = Job(micro: try MicroRun(), ranks: ranks)
        let one = try Tool.run(job.train("one", more: ["--set", "batch.shards=8"]), in: job.micro.scratch.root)
        try #require(one.status == 0, "\(one.error)")
        let several = try job.run(job.train("several", more: ["--set", "batch.shards=8"]))
        try #require(several.status == 0, "\(several.error)")
        #expect(several.output.contains("several: trained 8 steps") && several.lines.count == 1)
        let (own, others) = try (job.losses("one"), job.losses("several"))
        #expect(own.count == 8 && others.count == 8)
        // Steps of AdamW make more of rounding than a single one.
        for (a, b) in zip(own, others) { #expect(abs(a - b) <= 1e-4 * abs(a), "\(a) and \(b)") }
        #expect(abs(own[0] - others[0]) <= 1e-5 * abs(own[0]))
        let again = try job.run(job.train("again", more: ["--set", "batch.shards=8"]))
        #expect(try again.status == 0 && job.losses("again") == others)
        let measured = try job.run([
            "eval", "several", "--suite", "task,decoding,perturbed", "--prompts", "4", "--json",
        ])
        #expect(measured.status == 0)
        #expect(
            Set((try measured.json()["suites"] as? [String: Any] ?? [:]).keys) == ["task", "decoding", "perturbed"])
    }

    @Test func pretrainingIsDivided() throws {
        let job = Job(micro: try MicroRun(), ranks: 2)
        let arguments = [
            "pretrain", "--config", job.micro.scratch.path("micro.yaml"), "--text", job.micro.text, "--steps", "3",
            "--set", "batch.sequences=4",
        ]
        let one = try Tool.run(arguments + ["--output", "one"], in: job.micro.scratch.root)
        let two = try job.run(arguments + ["--output", "two"])
        try #require(one.status == 0 && two.status == 0, "\(one.error)\(two.error)")
        let text = { (name: String) in
            try String(contentsOfFile: job.micro.scratch.path(name + "/metrics.jsonl"), encoding: .utf8)
        }
        #expect(try text("one").split(separator: "\n").count == text("two").split(separator: "\n").count)
    }

    /// Whichever rank is killed, all end, and the run goes on from its last checkpoint, with other ranks too.
    @Test(arguments: [0, 2]) func aKilledRankEndsAllAndTheRunGoesOn(victim: Int) throws {
        let job = Job(micro: try MicroRun(), ranks: 3)
        let started = Date()
        let killed = try job.run(job.train("run", steps: 100_000)) { process in
            process.wait(forContentOf: job.micro.scratch.path("run/metrics.jsonl"))
            let ranks = Job.processes(below: process)
            #expect(ranks.count == 3)
            if ranks.indices.contains(victim) { kill(ranks[victim], SIGKILL) }
        }
        #expect(killed.status != 0)
        #expect(Date().timeIntervalSince(started) < 60)
        #expect(Job.errors(killed).count <= 1, "\(killed.error)")
        try expectGoesOn(job)
    }

    /// A signal that one rank gets ends all after the same step, with a checkpoint of it.
    @Test func aSignalToOneRankIsOneForAll() throws {
        let job = Job(micro: try MicroRun(), ranks: 3)
        let ended = try job.run(job.train("run", steps: 100_000)) { process in
            process.wait(forContentOf: job.micro.scratch.path("run/metrics.jsonl"))
            if let last = Job.processes(below: process).last { kill(last, SIGTERM) }
        }
        #expect(ended.status == 128 + SIGTERM, "\(ended.error)")
        #expect(ended.error.contains("interrupted; saved after step"))
        #expect(Job.errors(ended).isEmpty)
        try expectGoesOn(job)
    }

    /// A failure of the first rank, which alone writes, ends all with its error and exit code.
    @Test func anErrorIsToldOnceAndNamesItsRank() throws {
        let job = Job(micro: try MicroRun(), ranks: 3)
        try FileManager.default.createDirectory(
            at: job.micro.scratch.root.appendingPathComponent("full"), withIntermediateDirectories: true)
        job.micro.scratch.file("full/other", "x")
        let refused = try job.run(job.train("full"))
        #expect(refused.status == 73, "\(refused.error)")
        #expect(Job.errors(refused).count == 1 && Job.errors(refused).first?.contains("rank 0 on ") == true)
        let missing = try job.run(["train", "--task", "count", "--student", "nowhere"])
        #expect(missing.status == 66 && Job.errors(missing).count == 1, "\(missing.error)")
    }

    private func expectGoesOn(_ job: Job) throws {
        let folder = job.micro.scratch.path("run/checkpoints")
        let steps = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { Int($0.dropFirst(5)) }
        let last = try #require(steps.max())
        let more = Job(micro: job.micro, ranks: 2)
        let resumed = try more.run(["train", "--resume", "--output", "run", "--steps", "\(last + 2)"])
        #expect(resumed.status == 0, "\(resumed.error)")
        #expect(resumed.error.contains("resumed with 2 ranks, started with 3"))
        #expect(try job.losses("run").count == last + 2)
    }
}

/// Started as one of several for what one process does, with or without MPI.
@Suite struct OneProcessTests {
    @Test(arguments: [["doctor"], ["compile", "count"], ["run", "count", "xyxx:"]])
    func isSaid(command: [String]) throws {
        let environment = ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"]
        let refused = try Tool.run(command, environment: environment)
        #expect(refused.status == 64 && refused.output.isEmpty)
        #expect(refused.error.contains("\(command[0]) was started by mpirun as 2 processes, and one does its work"))
        let other = try Tool.run(command, environment: environment.merging(["OMPI_COMM_WORLD_RANK": "1"]) { $1 })
        #expect(other.status == 64 && other.error.isEmpty && other.output.isEmpty)
    }
}

/// Started as one of several by a program that cannot be.
@Suite(.enabled(if: !Launcher.isSupported)) struct WithoutMPITests {
    @Test(arguments: ["train", "pretrain", "eval", "reproduce", "bench"]) func isSaid(command: String) throws {
        let environment = ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"]
        let refused = try Tool.run([command], environment: environment)
        #expect(refused.status == 64)
        #expect(refused.error.contains("started by mpirun as rank 0 of 2, and built without MPI"))
        #expect(refused.error.contains("make build MPI=1"))
        // It is said once.
        let other = try Tool.run([command], environment: environment.merging(["OMPI_COMM_WORLD_RANK": "1"]) { $1 })
        #expect(other.status == 64 && other.error.isEmpty && other.output.isEmpty)
    }
}
