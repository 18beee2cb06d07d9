import ArgumentParser
import Basics
import Foundation
import Ranks
import TrainingEngine

/// A command whose work several ranks may do together.
protocol RankedCommand: ParsableCommand {}

/// The ranks that this process was started with, where a launcher (`mpirun`, `srun`) started several.
enum Launch {
    /// Set once, by the command's own thread.
    nonisolated(unsafe) private static var joined: Communicator?

    /// The ranks that do a command's work together; this process alone where it was started alone. From here on only
    /// the first one speaks.
    ///
    /// - Throws: `.usage` where this program was built without MPI and started as one of several.
    static func join() throws -> Communicator {
        if let joined { return joined }
        guard let launcher = Launcher.detect() else { return .alone }
        Standard.isSilent = launcher.rank > 0
        let ranks = try launcher.communicator { failure, tells in
            // The rank computes, and nobody waits for the result any more. Files are replaced whole.
            if tells { Standard.error(ErrorReport.prefix + ErrorReport.describe(failure.failure)) }
            Launcher.endStarter(because: failure)
            _exit(1)
        }
        joined = ranks
        if !ranks.isFirst { Narration.listener = nil }
        // Ranks that do different things would wait for each other, or take one thing for another.
        try ranks.requireEqual(
            CommandLine.arguments.dropFirst().joined(separator: "\0"), "command and options", .usage,
            remedy: "Start all ranks by one command line: mpirun -np \(ranks.size) tracr-inject ...")
        try ranks.divideProcessors()
        return ranks
    }

    /// - Throws: `.usage` where a launcher started several processes of a command that one does.
    static func requireOneProcess(for command: String) throws {
        guard let launcher = Launcher.detect() else { return }
        Standard.isSilent = launcher.rank > 0
        throw Failure(
            .usage, "\(command) was started by \(launcher.name) as \(launcher.size) processes, and one does its work",
            remedy: "Start it once, without \(launcher.name). By ranks work train, pretrain, eval, reproduce and bench."
        )
    }

    /// What errors of this rank begin with; empty where there is one.
    static var place: String {
        joined.map { "rank \($0.rank) on \(Communicator.host): " } ?? ""
    }

    /// Leaves the job when the command's work is done, on every rank.
    static func leave() throws {
        try joined?.meet()
        joined?.leave()
        joined = nil
    }

    /// Ends the ranks' work with an error.
    ///
    /// - Returns: the exit code.
    static func end(with error: any Error) -> Int32 {
        let report = ErrorReport(error)
        guard let ranks = joined else { return report.send() }
        // An interrupted run, which has ended on all ranks alike.
        if error is ExitCode {
            do { try leave() } catch { return 1 }
            return report.send()
        }
        let tells = ranks.tells(of: error)
        if let lost = error as? PeerFailure { Launcher.endStarter(because: lost) }
        Standard.isSilent = !tells
        let status = report.send()
        // The launcher takes the first exit code that it sees.
        if !tells { usleep(1_500_000) }
        return status
    }
}
