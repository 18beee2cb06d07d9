import Synchronization

/// Time and floating-point operations by operation, for `--profile` and benchmarks. Off unless enabled.
public enum Profile {
    public struct Entry: Sendable {
        public var calls = 0
        /// Wall-clock seconds on the calling thread.
        public var seconds = 0.0
        /// Floating-point operations of matrix products (no padding, no recomputation); others are not counted.
        public var operations = 0.0
    }

    private static let on = Atomic<Bool>(false)
    private static let table = Mutex<[String: Entry]>([:])

    public static var isEnabled: Bool {
        get { on.load(ordering: .relaxed) }
        set { on.store(newValue, ordering: .relaxed) }
    }

    public static func reset() { table.withLock { $0.removeAll() } }

    /// Runs `body` without counting its operations: they were counted before.
    static func withoutCounting<Result>(_ body: () -> Result) -> Result {
        counts.store(false, ordering: .relaxed)
        defer { counts.store(true, ordering: .relaxed) }
        return body()
    }

    private static let counts = Atomic<Bool>(true)

    /// What was measured since the last reset, longest first.
    public static var entries: [(name: String, entry: Entry)] {
        table.withLock { $0.map { (name: $0.key, entry: $0.value) } }
            .sorted { ($0.entry.seconds, $1.name) > ($1.entry.seconds, $0.name) }
    }

    /// Runs `body` and, where profiling is on, books its time under `name`.
    @inline(__always)
    public static func measure<Result>(
        _ name: StaticString, operations: @autoclosure () -> Double = 0, _ body: () -> Result
    ) -> Result {
        guard isEnabled else { return body() }
        let start = ContinuousClock.now
        let result = body()
        let elapsed = (ContinuousClock.now - start).components
        let count = counts.load(ordering: .relaxed) ? operations() : 0
        table.withLock { table in
            var entry = table["\(name)", default: Entry()]
            entry.calls += 1
            entry.seconds += Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
            entry.operations += count
            table["\(name)"] = entry
        }
        return result
    }
}
