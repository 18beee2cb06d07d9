import CKernels

/// The process's heap.
public enum Heap {
    /// Keeps freed memory, to 64 MiB, for the next allocations. By default glibc hands the streams of a batch back after every
    /// batch, and the next one's page faults cost more than its arithmetic. For the start of a program.
    public static func keepFreedMemory() { heap_keep(64 << 20, 4 << 20) }
}
