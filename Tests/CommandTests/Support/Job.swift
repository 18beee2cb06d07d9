import Foundation
import Ranks
import Testing

/// Several ranks of the executable, started by Open MPI on this machine.
struct Job {
    let micro: MicroRun
    let ranks: Int

    /// Whether there is a launcher, and the executable was built to be launched.
    static let isPossible =
        Launcher.isSupported
        && (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/mpirun")
        }

    /// For a container, in which everything is root's; ranks are many for few processors here.
    private static let environment = [
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "TRACR_INJECT_PATIENCE": "10",
        "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
    ]

    /// - Parameter launcher: further arguments of `mpirun`.
    func run(
        _ arguments: [String], launcher: [String] = [], environment: [String: String] = [:],
        whileRunning: ((Process) throws -> Void)? = nil
    ) throws -> Outcome {
        try Tool.run(
            ["mpirun", "-np", "\(ranks)"] + launcher + [Tool.executable.path] + arguments, in: micro.scratch.root,
            environment: Self.environment.merging(environment) { $1 }, program: URL(fileURLWithPath: "/usr/bin/env"),
            whileRunning: whileRunning)
    }

    /// A training of the micro student, eight examples a step.
    func train(_ output: String, steps: Int = MicroRun.steps, more: [String] = []) -> [String] {
        micro.arguments + [
            "--steps", "\(steps)", "--set", "lr.schedule=constant", "--set", "batch.task=16", "--set", "threads=1",
            "--output", output,
        ] + more
    }

    /// The numbers of the processes of a job.
    static func processes(below launcher: Process) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { process in
            guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
                let line = status.split(separator: "\n").first(where: { $0.hasPrefix("PPid:") })
            else { return false }
            return line.dropFirst(5).trimmingCharacters(in: .whitespaces) == "\(launcher.processIdentifier)"
        }.sorted()
    }

    /// The losses of a run's steps.
    func losses(_ output: String) throws -> [Double] {
        let text = try String(contentsOfFile: micro.scratch.path(output + "/metrics.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(value?["loss"] as? Double)
        }
    }

    /// What the command itself said of errors, without what the launcher says.
    static func errors(_ outcome: Outcome) -> [Substring] {
        outcome.error.split(separator: "\n").filter { $0.hasPrefix("tracr-inject: error") }
    }
}
