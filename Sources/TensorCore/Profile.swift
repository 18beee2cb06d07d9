import CKernels
import Synchronization

/// Time and floating-point operations by operation, for `--profile` and benchmarks. Off unless enabled.
public enum Profile {
    public struct Entry: Sendable {
        public var calls = 0
        /// Wall-clock seconds on the calling thread.
        public var seconds = 0.0
        /// Floating-point operations of matrix products (no padding, no recomputation); others are not counted.
        public var operations = 0.0

        mutating func add(seconds: Double, operations: Double) {
            calls += 1
            self.seconds += seconds
            self.operations += operations
        }
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
        pool_stop_counting(1)
        defer { pool_stop_counting(0) }
        return body()
    }

    /// What one call of `measured` counts, whatever else runs in the process.
    private final class Scope: Sendable {
        let table = Mutex<[String: Entry]>([:])
    }

    @TaskLocal private static var scope: Scope?
    private static let scopes = Atomic<Int>(0)

    /// Runs `body` and gives what its operations take, whether profiling is on or not, without what other threads run
    /// meanwhile. Tests count operations with it.
    public static func measured<Result>(
        _ body: () throws -> Result
    ) rethrows -> (result: Result, entries: [String: Entry]) {
        let own = Scope()
        scopes.wrappingAdd(1, ordering: .relaxed)
        defer { scopes.wrappingAdd(-1, ordering: .relaxed) }
        let result = try $scope.withValue(own) { try body() }
        return (result, own.table.withLock { $0 })
    }

    /// What was measured since the last reset, longest first.
    public static var entries: [(name: String, entry: Entry)] {
        table.withLock { $0.map { (name: $0.key, entry: $0.value) } }
            .sorted { ($0.entry.seconds, $1.name) > ($1.entry.seconds, $0.name) }
    }

    /// Runs `body` and, where profiling is on or `measured` is running, books its time under `name`.
    @inline(__always)
    public static func measure<Result>(
        _ name: StaticString, operations: @autoclosure () -> Double = 0, _ body: () -> Result
    ) -> Result {
        guard isEnabled || scopes.load(ordering: .relaxed) > 0 else { return body() }
        let start = ContinuousClock.now
        let result = body()
        let elapsed = (ContinuousClock.now - start).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        let count = pool_is_counting() != 0 ? operations() : 0
        if isEnabled { table.withLock { $0["\(name)", default: Entry()].add(seconds: seconds, operations: count) } }
        scope?.table.withLock { $0["\(name)", default: Entry()].add(seconds: seconds, operations: count) }
        return result
    }
}
