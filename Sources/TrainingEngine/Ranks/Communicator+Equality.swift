import Basics
import Ranks
import TensorCore

/// What has to be the same on all ranks.
extension Communicator {
    /// - Parameter what: the thing, for the error.
    /// - Throws: a failure of that kind, naming the lowest rank that has another one than the first.
    package func requireEqual(
        _ own: @autoclosure () -> String, _ what: String, _ kind: Failure.Kind = .verificationFailed,
        remedy: String? = nil
    ) throws {
        guard !isAlone else { return }
        let all = try exchange(Array(own().utf8))
        guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
        throw Failure(
            kind, "rank \(other) and rank 0 have not the same \(what)",
            remedy: remedy ?? "Go on from the last checkpoint, with the same software on all machines.")
    }

    /// Every rank reads the inputs by itself.
    ///
    /// - Throws: `.badData` naming the lowest rank that has read something else than the first.
    package func requireEqualInputs(_ own: @autoclosure () -> String, _ what: String) throws {
        try requireEqual(
            own(), what, .badData,
            remedy: "Every rank reads the same files: put them where all machines see them, or copy them.")
    }

    /// Ranks that compute in different ways would drift apart.
    package func requireEqualArithmetic() throws {
        try requireEqual(
            "\(BLAS.kernelName), \(VectorLevel.inUse.name)", "arithmetic (BLAS kernel and vector level)",
            remedy: "Set OPENBLAS_CORETYPE and \(VectorLevel.variable) to what all machines have.")
    }
}
