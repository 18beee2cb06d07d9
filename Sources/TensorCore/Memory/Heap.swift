import CKernels
import Synchronization

/// The process's heap.
public enum Heap {
    /// Keeps freed memory, to 64 MiB, for the next allocations. By default glibc hands the streams of a batch back
    /// after every batch, and the next one's page faults cost more than its arithmetic. For the start of a program.
    public static func keepFreedMemory() { heap_keep(64 << 20, 4 << 20) }

    /// Calls `report` where the system has no memory for a tensor, in place of a trap. Nobody can go on from there: it
    /// has to end the process, with a message that says what to do.
    public static func whenExhausted(_ report: @escaping @Sendable (_ bytes: Int) -> Never) {
        handler.withLock { $0 = report }
    }

    private static let handler = Mutex<(@Sendable (Int) -> Never)?>(nil)

    static func exhausted(_ bytes: Int) -> Never {
        if let report = handler.withLock({ $0 }) { report(bytes) }
        fatalError("no room for \(bytes >> 20) MiB")
    }
}
