import Serialization

/// A loss or gradient that is no longer a number ends a run at once, before it reaches the weights.
enum Divergence {
    static func check(_ value: InjectionLoss.Value, step: Int, run: RunDirectory) throws {
        for (name, part) in [("ce", value.ce), ("alg", value.alg), ("kl", value.kl)] where !part.isFinite {
            throw failure("the loss part \(name)", step: step, run: run)
        }
    }

    static func failure(_ what: String, step: Int, run: RunDirectory) -> Failure {
        let last = (try? Checkpoint.steps(in: run.checkpoints).last) ?? nil
        return Failure(
            .verificationFailed, "training diverged at step \(step): \(what) is not finite",
            at: run.root.path,
            remedy: last.map { "The last good checkpoint is of step \($0). Lower lr.student, or set optimizer.clip." }
                ?? "No checkpoint was saved yet. Lower lr.student, or set optimizer.clip.")
    }
}
