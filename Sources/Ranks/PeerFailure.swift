import Basics

/// The work of this rank ends because another rank has failed or is gone.
package struct PeerFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The other rank.
    package var rank: Int
    package var host: String
    /// nil: it has failed and has told so itself.
    package var silentSeconds: Double?

    package var description: String {
        let place = host.isEmpty ? "rank \(rank)" : "rank \(rank) on \(host)"
        guard let silentSeconds else { return "\(place) has failed" }
        return "nothing has been heard of \(place) for \(Int(silentSeconds.rounded())) s"
    }

    /// What a person is told where this rank is the first to notice.
    package var failure: Failure {
        Failure(
            .verificationFailed, description,
            remedy: "It was ended, or its machine or the network stopped. Go on from the last checkpoint with --resume."
        )
    }
}
