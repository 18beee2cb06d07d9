import ArgumentParser
import Foundation
import Resources
import Serialization
import TensorCore

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Show processor, BLAS kernel and threads, memory, versions, and where bundled files are.",
        discussion: """
            EXAMPLES
              tracr-inject doctor
              tracr-inject doctor --json
            """)

    @OptionGroup var json: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        if json.isOn {
            try Standard.output.json(.object(JSONObject(Self.facts.map { ($0.key, $0.value) })))
            return
        }
        var listing = Listing()
        for fact in Self.facts { listing.add(fact.label, fact.text) }
        try Standard.output.line(listing.text)
        BLASKernel.warn()
    }

    private typealias Fact = (key: String, label: String, value: JSONValue, text: String)

    private static var facts: [Fact] {
        func text(_ key: String, _ label: String, _ value: String?) -> Fact {
            (key, label, .optional(value), value ?? "unknown")
        }
        func bytes(_ key: String, _ label: String, _ value: Int?, none: String) -> Fact {
            (key, label, .optional(value), value.map(Quantity.bytes) ?? none)
        }
        let extensions = Machine.vectorExtensions
        let levels = VectorLevel.available
        let files = BundledFiles()
        func folder(_ name: String) -> String? {
            files.roots.map { $0.appendingPathComponent(name).path }.first(where: FileManager.default.fileExists)
        }
        return [
            text("version", "tracr-inject", Release.version),
            text("commit", "commit", Release.commit),
            text("compiler", "built with", Version.compiler),
            text("system", "system", Machine.system),
            text("processor", "processor", Machine.processor),
            ("vector_extensions", "vectors", .strings(extensions), extensions.joined(separator: " ")),
            (
                "vector_levels", "vector levels", .strings(levels.map(\.name)),
                levels.map(described).joined(separator: ", ")
            ),
            ("vector_level", "level in use", .string(VectorLevel.inUse.name), levelInUse),
            (
                "vector_level_forced", "forced level", .optional(VectorLevel.requested),
                VectorLevel.requested ?? "not set (\(VectorLevel.variable))"
            ),
            ("processors", "processors", .integer(Machine.logicalProcessors), "\(Machine.logicalProcessors)"),
            (
                "threads", "threads", .integer(Parallel.threads),
                "\(Parallel.threads) (as many as this process may use)"
            ),
            (
                "blas_kernel", "BLAS kernel", .string(BLAS.kernelName),
                BLAS.kernelName + " (OpenBLAS's own; \(VectorLevel.variable) does not change it)"
            ),
            text("blas", "BLAS", BLAS.version),
            text("blas_forced_kernel", "forced kernel", BLAS.forcedKernel ?? "none"),
            bytes("memory_bytes", "memory", Machine.totalMemory, none: "unknown"),
            bytes("available_memory_bytes", "available", Machine.availableMemory, none: "unknown"),
            bytes("memory_limit_bytes", "memory limit", Machine.memoryLimit, none: "none"),
            text("programs", "programs", folder("Programs")),
            text("configs", "configurations", folder("configs")),
            text("student", "student tiny", try? files.tinyStudent().path),
        ]
    }

    private static func described(_ level: VectorLevel) -> String { "\(level.name) (\(level.instructions))" }

    /// What the kernels use of the processor, and why.
    private static var levelInUse: String {
        let level = VectorLevel.inUse
        let cause =
            VectorLevel.requested == nil ? "the processor's highest" : "\(VectorLevel.variable) is set"
        return "\(described(level)): \(cause)"
    }
}
