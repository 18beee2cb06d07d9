import Basics
import Foundation

#if MPI
    import CMPI
#endif

/// What started this process as one of several, told from the environment that it left.
package struct Launcher: Sendable, Equatable {
    /// `mpirun` or `srun`.
    package let name: String
    package let rank: Int
    package let size: Int

    /// The variables of Open MPI's `mpirun`, of other launchers of MPI (PMI), and of Slurm's `srun`. The script of a
    /// Slurm job has `SLURM_NTASKS` as well and is one process, so that only what `srun` sets for a step counts.
    private static let variables: [(name: String, size: String, rank: String)] = [
        ("mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("mpirun", "PMI_SIZE", "PMI_RANK"),
        ("srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
    ]

    /// - Returns: nil for a process that was started alone.
    package static func detect(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Launcher? {
        for (name, size, rank) in variables {
            guard let size = environment[size].flatMap(Int.init), size > 1,
                let rank = environment[rank].flatMap(Int.init), (0..<size).contains(rank)
            else { continue }
            return Launcher(name: name, rank: rank, size: size)
        }
        return nil
    }

    /// Makes sure that the process which started this rank ends soon after it, where that is `mpirun` or its daemon of
    /// this machine: once the network to another machine has stopped, they wait for that machine's daemon without end
    /// (seen with Open MPI 4.1.4).
    ///
    /// - Parameters:
    ///   - failure: what ends this rank; one that tells of itself ends its starter by itself.
    ///   - seconds: what they get to end by themselves.
    package static func endStarter(because failure: PeerFailure, after seconds: Int = 15) {
        #if MPI
            guard failure.silentSeconds != nil else { return }
            let starter = getppid()
            let name = (try? String(contentsOfFile: "/proc/\(starter)/comm", encoding: .utf8)) ?? ""
            let names: Set = ["mpirun", "mpiexec", "orterun", "prterun", "orted", "prted"]
            guard names.contains(name.trimmingCharacters(in: .whitespacesAndNewlines)) else { return }
            cmpi_end_later(Int32(starter), Int32(seconds))
        #endif
    }

    /// Whether this program can take part in a job of several ranks.
    package static var isSupported: Bool {
        #if MPI
            true
        #else
            false
        #endif
    }

    /// - Throws: `.usage` where this program was built without MPI: each rank would do all of the work, and all would
    ///   write to one place. Also where the environment asks for a patience that is none.
    ///
    /// - Parameter onFailure: see `Communicator`.
    package func communicator(
        onFailure: @escaping @Sendable (_ failure: PeerFailure, _ tells: Bool) -> Void
    ) throws -> Communicator {
        #if MPI
            let ranks = try Communicator(patience: Patience.asked(), onFailure: onFailure) {
                () throws(Failure) -> any Link in try MPILink()
            }
            guard ranks.size == size else {
                throw Failure(
                    .usage, "\(self.name) says that this is rank \(rank) of \(size), and MPI knows \(ranks.size)",
                    remedy: "Each would do all of the work. With srun, --mpi=pmix or another of `srun --mpi=list`.")
            }
            return ranks
        #else
            throw Failure(
                .usage, "started by \(self.name) as rank \(rank) of \(size), and built without MPI",
                remedy: "Build it with `make build MPI=1`, or start it once, without \(self.name).")
        #endif
    }
}
