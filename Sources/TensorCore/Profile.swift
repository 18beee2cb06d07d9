import Synchronization

/// Time and floating-point operations by operation, for `--profile` and benchmarks. Off unless enabled.
public enum Profile {
    public struct Entry: Sendable {
        public var calls = 0
        /// Wall-clock seconds on the calling thread.
        public var seconds = 0.0
        /// Useful floating-point operations (no padding, no recomputation).
        public var operations = 0.0
    }

    private static let on = Atomic<Bool>(false)
    private static let table = Mutex<[String: Entry]>([:])

    public static var isEnabled: Bool {
        get { on.load(ordering: .relaxed) }
        set { on.store(newValue, ordering: .relaxed) }
    }

    public static func reset() { table.withLock { $0.removeAll() } }

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
        let clock = ContinuousClock()
        let start = clock.now
        let result = body()
        let elapsed = clock.now - start
        let count = operations()
        table.withLock {
            $0["\(name)", default: Entry()].calls += 1
            $0["\(name)", default: Entry()].seconds +=
                Double(elapsed.components.seconds)
                + Double(elapsed.components.attoseconds) * 1e-18
            $0["\(name)", default: Entry()].operations += count
        }
        return result
    }
}
