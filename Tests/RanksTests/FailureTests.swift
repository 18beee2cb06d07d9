import Basics
import Foundation
import Ranks
import TestSupport
import Testing

/// Ranks that fail, or are heard of no more: all end, and one tells a person.
@Suite struct FailureTests {
    @Test func theOthersOfAFailingRankEndAndItAloneTells() {
        let outcomes = LocalRanks.run(4) { ranks in
            try ranks.meet()
            if ranks.rank == 2 { throw Failure(.writeFailed, "the disk is full") }
            try ranks.meet()
        }
        #expect(outcomes.map(\.tells) == [false, false, true, false])
        #expect((outcomes[2].error as? Failure)?.kind == .writeFailed)
        for rank in [0, 1, 3] { #expect((outcomes[rank].error as? PeerFailure)?.rank == 2) }
    }

    /// A file that is missing is missing on all ranks, and told once.
    @Test func ofRanksThatFailTogetherTheLowestTells() {
        let outcomes = LocalRanks.run(3) { _ in throw Failure(.notFound, "no such student") }
        #expect(outcomes.map(\.tells) == [true, false, false])
    }

    @Test func aRankThatIsHeardOfNoMoreEndsAll() {
        let exchange = LocalLink.Exchange(size: 3)
        // So long that no rank that is alive is taken for silent on a machine that does other things.
        let outcomes = LocalRanks.run(3, patience: 30, over: exchange) { ranks in
            try ranks.meet()
            if ranks.rank == 1 { exchange.silence(1) }
            try ranks.meet()
        }
        // Whoever notices first tells; the other one may hear of that before it notices itself.
        let telling = [0, 2].filter { outcomes[$0].tells }
        #expect(telling.count == 1)
        let failure = telling.first.flatMap { outcomes[$0].error as? PeerFailure }
        #expect(failure?.rank == 1 && (failure?.silentSeconds ?? 0) > 30)
        #expect([0, 2].allSatisfy { outcomes[$0].error is PeerFailure })
        // It hears nothing either, once the others have ended.
        #expect(outcomes[1].error is PeerFailure)
    }

    /// A failure is noticed in the middle of a long computation too, by the thread that watches.
    @Test func aComputingRankIsEndedByTheWatch() throws {
        let exchange = LocalLink.Exchange(size: 2)
        let noticed = DispatchSemaphore(value: 0)
        let computing = try Communicator(patience: 2) { failure, tells in
            if failure.rank == 1, tells { noticed.signal() }
        } _: {
            LocalLink(exchange, rank: 0)
        }
        let lost = try Communicator(patience: 60) { LocalLink(exchange, rank: 1) }
        exchange.silence(1)
        #expect(noticed.wait(timeout: .now() + 60) == .success)
        withExtendedLifetime((computing, lost)) {}
    }
}

/// What started a process, by its environment.
@Suite struct LauncherTests {
    @Test func launchersAreTold() {
        let mpirun = Launcher.detect(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3"])
        #expect(mpirun?.name == "mpirun" && mpirun?.rank == 3 && mpirun?.size == 4)
        #expect(Launcher.detect(["PMI_SIZE": "2", "PMI_RANK": "0"])?.size == 2)
        let srun = Launcher.detect(["SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "5"])
        #expect(srun?.name == "srun" && srun?.rank == 5)
    }

    @Test(arguments: [
        [:], ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"], ["OMPI_COMM_WORLD_SIZE": "many"],
        ["OMPI_COMM_WORLD_SIZE": "4"], ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "4"],
        // The script of a Slurm job is one process.
        ["SLURM_NTASKS": "8", "SLURM_PROCID": "0"],
    ])
    func oneProcessIsOne(environment: [String: String]) { #expect(Launcher.detect(environment) == nil) }

    @Test(.enabled(if: !Launcher.isSupported)) func withoutMPIThereIsNoJob() throws {
        let launcher = try #require(Launcher.detect(["PMI_SIZE": "2", "PMI_RANK": "1"]))
        let failure = #expect(throws: Failure.self) { try launcher.communicator { _, _ in } }
        #expect(failure?.kind == .usage && failure?.message.contains("rank 1 of 2") == true)
    }
}
