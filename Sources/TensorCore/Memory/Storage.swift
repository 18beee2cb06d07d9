#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One block of memory for floats, freed with its last reference. The operating system hands out its pages, zeroed,
/// when they are first touched, so room that is never used costs no memory.
public final class Storage: @unchecked Sendable {
    /// Alignment of every block and tensor in bytes: one cache line, one AVX-512 register.
    public static let alignment = 64
    static let floatsPerLine = alignment / MemoryLayout<Float>.stride

    public let pointer: UnsafeMutablePointer<Float>
    /// Capacity in floats.
    public let capacity: Int
    private let byteCount: Int

    /// - Parameter capacity: floats, at least 1 is reserved.
    public init(capacity: Int) {
        precondition(capacity >= 0 && capacity < Int.max / 8, "storage of \(capacity) floats")
        let bytes = max(capacity, 1) * MemoryLayout<Float>.stride
        let page = 4096
        byteCount = (bytes + page - 1) / page * page
        let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address, address != MAP_FAILED else { Heap.exhausted(byteCount) }
        #if os(Linux)
            // Large pages spare address-translation misses in matrices of many megabytes.
            if byteCount >= 4 << 20 { madvise(address, byteCount, MADV_HUGEPAGE) }
        #endif
        pointer = address.bindMemory(to: Float.self, capacity: byteCount / MemoryLayout<Float>.stride)
        self.capacity = capacity
    }

    deinit { munmap(pointer, byteCount) }

    /// `count` rounded up so that what follows starts on a cache line again.
    static func padded(_ count: Int) -> Int { (count + floatsPerLine - 1) / floatsPerLine * floatsPerLine }
}
