import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP while a run is going on: the first asks the trainer to finish its step and save, a second
/// ends the process at once, which harms nothing because files are replaced whole.
///
/// A signal that was ignored when the program started (`nohup`) stays ignored.
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

    /// Begins to catch the signals. Idempotent.
    ///
    /// A mask that the parent left blocked is opened for them: it would make a run deaf for hours.
    public static func observe() {
        var deaf = sigset_t()
        sigemptyset(&deaf)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&deaf, number) }
        pthread_sigmask(SIG_UNBLOCK, &deaf, nil)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var current = sigaction()
            sigaction(number, nil, &current)
            if Self.address(current.__sigaction_handler.sa_handler) == Self.address(SIG_IGN) { continue }
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                if Interruption.received.exchange(number, ordering: .relaxed) != 0 {
                    _exit(128 + number)
                }
            }
            sigaction(number, &action, nil)
        }
    }

    /// Handlers are C function pointers, which compare by address only.
    private static func address(_ handler: __sighandler_t?) -> Int { unsafeBitCast(handler, to: Int.self) }
}
