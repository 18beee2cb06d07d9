import Basics
import InjectionSettings
import Resources
import TensorCore

/// What a run, or a measurement of one, is computed by: the program, and how the machine computes here.
package enum Computation {
    /// - Parameter precision: of the matrix products.
    package static func facts(precision: Settings.Precision) -> JSONObject {
        let text = { (text: String?) in text.map(JSONValue.string) ?? .null }
        return JSONObject([
            ("version", .string(Release.version)), ("commit", text(Release.commit)),
            ("executable", text(Release.executable)), ("precision", .string(precision.effective.rawValue)),
            ("threads", .integer(Parallel.threads)), ("blas_kernel", .string(BLAS.kernelName)),
            ("vector_level", .string(VectorLevel.inUse.name)),
        ])
    }

    /// What the last bits of a run's results depend on beside its settings.
    package static var machine: String {
        "\(Parallel.threads) \(Parallel.threads == 1 ? "thread" : "threads"), BLAS kernel \(BLAS.kernelName), vectors \(VectorLevel.inUse.name)"
    }

    /// `machine` of so many ranks, which compute alike.
    package static func machines(_ ranks: Int) -> String { (ranks > 1 ? "\(ranks) ranks of " : "") + machine }

    /// `machine` as a comment of `config.yaml`, whose settings can leave all of it to the machine.
    static func comment(precision: Settings.Precision) -> String {
        let commit = Release.commit.map { " (commit \($0))" } ?? ""
        return """
            # Begun by tracr-inject \(Release.version)\(commit), \(precision.effective.rawValue), \(machine).
            # manifest.json says it of each time that the run was gone on with.

            """
    }
}
