import Basics
import TensorCore

/// Refuses to compute at another level than the environment asks for: a result would be taken for what it is not.
enum VectorLevelCheck {
    /// - Throws: `Failure` `.usage` where the variable names no level, or one that the processor lacks.
    static func run() throws {
        guard let requested = VectorLevel.requested else { return }
        let processor = VectorLevel.ofProcessor
        let setting = "\(VectorLevel.variable)=\(requested.prefix(100))"
        guard let level = VectorLevel.named(requested) else {
            let names = VectorLevel.allCases.map(\.name).joined(separator: ", ")
            throw Failure(.usage, "\(setting) is no vector level", remedy: "Levels: \(names).")
        }
        guard level <= processor else {
            throw Failure(
                .usage,
                "\(setting) asks for \(level.instructions), and this processor has no more than \(processor.instructions)",
                remedy: "Unset it, or set it to one of: \(VectorLevel.available.map(\.name).joined(separator: ", ")).")
        }
    }
}
