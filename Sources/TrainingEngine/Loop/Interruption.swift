import Synchronization

/// A request to end long work early, by a signal. The work asks for it between steps, saves, and returns.
///
/// The command line catches the signals and calls `request`; the libraries only look.
public enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// The signal that asked for an end, if one did.
    public static var signal: Int32? {
        let value = received.load(ordering: .relaxed)
        return value == 0 ? nil : value
    }

    /// Thrown where work that is no step of a training was ended by a signal; what was done is saved.
    package struct Raised: Error {
        package var signal: Int32

        package init(signal: Int32) { self.signal = signal }
    }

    /// Asks for an end. Safe to call in a signal handler.
    ///
    /// - Returns: the signal that had asked before, if one had.
    package static func request(by signal: Int32) -> Int32? {
        let earlier = received.exchange(signal, ordering: .relaxed)
        return earlier == 0 ? nil : earlier
    }
}
