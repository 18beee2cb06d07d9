import Foundation

/// A regular file mapped read-only into memory. The mapping lasts as long as the object.
///
/// Pages are read when they are first touched, and are shared with the system's file cache. A file that another
/// program cuts short while it is mapped ends the process (SIGBUS), as with every memory map; files written by
/// `AtomicFile` are replaced by renaming, which leaves existing maps whole.
public final class MappedFile: @unchecked Sendable {
    public let url: URL
    public let bytes: UnsafeRawBufferPointer

    /// - Throws: `.notFound` for a file that is not there, not readable or not a regular file.
    public init(contentsOf url: URL) throws(Failure) {
        let path = url.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)  // non-blocking: a FIFO must not hang us
        guard descriptor >= 0 else {
            throw Failure(.notFound, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.notFound, "\(path) is not a regular file")
        }
        let size = Int(status.st_size)
        self.url = url
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw Failure(.notFound, "cannot map \(path) into memory: \(String(cString: strerror(errno)))")
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
