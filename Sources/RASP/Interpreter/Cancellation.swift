import Synchronization

/// Ends what is being built or evaluated, wherever in the process: a console's Ctrl-C.
public enum Cancellation {
    private static let isRequested = Atomic<Bool>(false)

    /// May be called by a signal handler.
    ///
    /// - Returns: whether it had been requested already.
    @discardableResult
    public static func request() -> Bool { isRequested.exchange(true, ordering: .relaxed) }

    /// Lets evaluation go on.
    public static func reset() { isRequested.store(false, ordering: .relaxed) }

    /// - Throws: `RASPError` with the code `interrupted` once it was requested.
    static func check(at span: SourceSpan?) throws {
        if isRequested.load(ordering: .relaxed) { throw RASPError(.interrupted, "interrupted", at: span) }
    }
}
