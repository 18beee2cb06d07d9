import Compiler
import Synchronization

/// Models that several tests look at, compiled once.
final class CompiledOnce: Sendable {
    private let known = Mutex<[String: CompiledModel]>([:])

    /// Two tests that ask at the same time both compile: neither waits for the other.
    func callAsFunction(_ name: String, _ compile: () throws -> CompiledModel) rethrows -> CompiledModel {
        if let model = known.withLock({ $0[name] }) { return model }
        let model = try compile()
        known.withLock { $0[name] = model }
        return model
    }
}
