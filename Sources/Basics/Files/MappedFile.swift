import Foundation

/// A regular file mapped read-only into memory. The mapping lasts as long as the object.
///
/// Pages are read when they are first touched, and are shared with the system's file cache. A file that another
/// program cuts short while it is mapped ends the process (SIGBUS), as with every memory map; files written by
/// `AtomicFile` are replaced by renaming, which leaves existing maps whole.
public final class MappedFile: @unchecked Sendable {
    public let url: URL
    public let bytes: UnsafeRawBufferPointer

    /// - Throws: `.notFound` for a file that is not there, not readable or not a regular file; `.badData` for one of
    ///   more than `maximumBytes`.
    public init(contentsOf url: URL, maximumBytes: Int = .max) throws(Failure) {
        let (descriptor, size) = try RegularFile.open(url)
        defer { close(descriptor) }
        guard size <= maximumBytes else {
            throw Failure(
                .badData, "the file has \(size) bytes, more than the \(maximumBytes) it may have", at: url.path)
        }
        self.url = url
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw Failure(.notFound, "cannot map \(url.path) into memory: \(String(cString: strerror(errno)))")
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    /// A copy of the bytes, which outlives the mapping.
    public var data: Data { withExtendedLifetime(self) { Data(bytes) } }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
