import Basics
import TensorCore

/// A loss or gradient that is no longer a number ends a run at once, before it reaches the weights.
package enum Divergence {
    /// - Parameters:
    ///   - parts: what each part of the loss is worth.
    ///   - store: the model's parameters, searched for the reason.
    package static func check(
        _ parts: Metrics, of store: ParameterStore, step: Int, run: RunDirectory
    ) throws(Failure) {
        for (name, part) in parts.entries where !part.isFinite {
            let reason = firstNonFinite(store).map { " (tensor \($0) is not finite either)" } ?? ""
            throw failure("the loss part \(name)\(reason)", step: step, run: run)
        }
    }

    /// Weights that have left the finite numbers are never saved: the checkpoint before stays the newest.
    package static func check(_ store: ParameterStore, named name: String, step: Int, run: RunDirectory) throws(Failure)
    {
        guard let tensor = firstNonFinite(store) else { return }
        throw failure("tensor \(tensor) of the \(name)", step: step, run: run)
    }

    private static func firstNonFinite(_ store: ParameterStore) -> String? {
        store.parameters.first { FiniteCheck.firstNonFinite(UnsafeBufferPointer($0.value.buffer)) != nil }?.name
    }

    package static func failure(_ what: String, step: Int, run: RunDirectory) -> Failure {
        let last = try? Checkpoint.steps(in: run.checkpoints).last
        return Failure(
            .verificationFailed, "training diverged at step \(step): \(what) is not finite",
            at: run.root.path,
            remedy: last.map {
                "The last good checkpoint is of step \($0). Lower the learning rate, or set optimizer.clip."
            }
                ?? "No checkpoint was saved yet. Lower the learning rate, or set optimizer.clip.")
    }
}
