import Foundation

/// Runs work on a thread with a stack deep enough for every nesting that the limits allow.
package enum DeepStack {
    /// Reserved, not used: pages are taken as the stack grows.
    private static let size = 512 << 20

    package static func run<Result>(_ body: @escaping () -> Result) -> Result {
        // The calling thread waits, so nothing is touched by two threads at once.
        nonisolated(unsafe) let work = body
        nonisolated(unsafe) var result: Result?
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            result = work()
            done.signal()
        }
        thread.stackSize = size
        thread.start()
        done.wait()
        guard let result else { preconditionFailure("the thread ended without a result") }
        return result
    }
}
