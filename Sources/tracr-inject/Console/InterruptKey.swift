import Foundation
import RASP

/// Ctrl-C while something is computed ends that, not the session; a second one ends the session.
enum InterruptKey {
    static func observe() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            if Cancellation.request() { _exit(130) }
        }
        // What is being read goes on being read.
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        // A mask that the parent left blocked would make the session deaf.
        var deaf = sigset_t()
        sigemptyset(&deaf)
        sigaddset(&deaf, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &deaf, nil)
    }
}
