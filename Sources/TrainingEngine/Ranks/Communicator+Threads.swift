import Foundation
import Ranks
import TensorCore

extension Communicator {
    /// Gives this rank its part of the processors: all that its launcher has bound it to, or, where ranks of a machine
    /// may use the same ones, an even share of these.
    package func divideProcessors() throws {
        guard !isAlone else { return }
        let own = "\(Self.host) \(Self.allowedProcessors)"
        let all = try exchange(Array(own.utf8))
        let sharing = all.count { $0 == Array(own.utf8) }
        Parallel.threads = max(1, Parallel.threads / sharing)
    }

    /// The processors that this process may use, as Linux lists them; empty elsewhere, so that all ranks of a machine
    /// share them.
    private static var allowedProcessors: String {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        return line.map { String($0.dropFirst("Cpus_allowed_list:".count)).trimmingCharacters(in: .whitespaces) } ?? ""
    }
}
