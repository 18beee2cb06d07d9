import Foundation

/// Runs work on a thread with a stack deep enough for every nesting that the limits allow.
///
/// The thread is the system's own. Foundation's says nothing where the system makes none, and its work would be waited for
/// without end.
package enum DeepStack {
    /// Reserved, not used: pages are taken as the stack grows.
    private static let size = 512 << 20

    /// What the thread is handed, as it takes no generic function.
    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// - Throws: where the system makes no such thread, as under a limit of the address space.
    package static func run<Result>(_ body: @escaping () -> Result) throws(RASPError) -> Result {
        // The calling thread waits, so nothing is touched by two threads at once.
        var result: Result?
        let work = Work { result = body() }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, size)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { pointer in
                if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeUnretainedValue().body() }
                return nil
            }, Unmanaged.passUnretained(work).toOpaque())
        guard status == 0 else {
            throw RASPError(
                .limit, "the system has no room for a stack of \(size >> 20) MiB, on which programs are read",
                notes: ["raise the limit of the address space (ulimit -v)"])
        }
        pthread_join(thread, nil)
        withExtendedLifetime(work) {}
        guard let result else { preconditionFailure("the thread ended without a result") }
        return result
    }
}
