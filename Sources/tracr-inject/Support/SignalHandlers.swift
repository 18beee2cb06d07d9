import Foundation
import Ranks
import TrainingEngine

/// SIGINT, SIGTERM and SIGHUP during long work, and SIGUSR1 for one of several ranks, which `mpirun` passes on to all and
/// Slurm sends before a job's time is over (`--signal`): the first asks it to finish its step and save, a second ends the
/// process at once, which harms nothing because files are replaced whole.
enum SignalHandlers {
    /// Begins to catch the signals. Calling it again changes nothing.
    ///
    /// A signal that was ignored when the program started (`nohup`) stays ignored. A mask that the parent left blocked
    /// is opened: it would make a run deaf for hours.
    static func install() {
        let caught = [SIGINT, SIGTERM, SIGHUP] + (Launcher.detect() == nil ? [] : [SIGUSR1])
        var blocked = sigset_t()
        sigemptyset(&blocked)
        for number in caught { sigaddset(&blocked, number) }
        pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
        for number in caught where !isIgnored(number) {
            var action = sigaction()
            let handler: @convention(c) (Int32) -> Void = { number in
                if Interruption.request(by: number) != nil { _exit(128 + number) }
            }
            #if canImport(Glibc)
                action.__sigaction_handler.sa_handler = handler
            #else
                action.__sigaction_u.__sa_handler = handler
            #endif
            sigaction(number, &action, nil)
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var current = sigaction()
        sigaction(number, nil, &current)
        #if canImport(Glibc)
            let handler = current.__sigaction_handler.sa_handler
        #else
            let handler = current.__sigaction_u.__sa_handler
        #endif
        // Handlers are C function pointers, which compare by address only.
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
