import Foundation

/// A file being written: every error of the system becomes a `Failure` with the right exit code.
package final class OutputFile {
    /// What errors call it.
    private let name: String
    private var descriptor: Int32
    private var pending: [UInt8] = []
    private static let capacity = 1 << 20

    /// Creates a file that must not exist yet.
    ///
    /// - Parameter name: what errors call it, for a file that will be renamed.
    package init(creating path: String, called name: String? = nil) throws(Failure) {
        self.name = name ?? path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure.system(errno, doing: "create", self.name) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        if pending.count + bytes.count <= Self.capacity {
            pending.append(contentsOf: bytes)
            return
        }
        try flush()
        if bytes.count <= Self.capacity { pending.append(contentsOf: bytes) } else { try writeAll(bytes) }
    }

    private func flush() throws(Failure) {
        let block = pending
        pending.removeAll(keepingCapacity: true)
        let result: Result<Void, Failure> = block.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try writeAll(bytes) }
        }
        try result.get()
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = Foundation.write(descriptor, start, min(rest.count, 1 << 30))
            if written < 0 {
                if errno == EINTR { continue }
                throw Failure.system(errno, doing: "write", name)
            }
            // No progress, and no reason given.
            guard written > 0 else { throw Failure.system(EIO, doing: "write", name) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    /// Flushes everything to the disk and closes the file.
    package func finish() throws(Failure) {
        try flush()
        guard fsync(descriptor) == 0 else { throw Failure.system(errno, doing: "write", name) }
        let status = close(descriptor)
        let code = errno
        descriptor = -1
        guard status == 0 else { throw Failure.system(code, doing: "write", name) }
    }
}

extension Failure {
    /// The failure of a system call on an output path: `.writeFailed` when the disk gave out, else `.cannotCreate`.
    package static func system(_ code: Int32, doing verb: String, _ path: String) -> Failure {
        let kind: Kind =
            switch code {
            case ENOSPC, EDQUOT, EIO, EFBIG, EINTR, EBADF, ENOSR, ETIMEDOUT, ESTALE: .writeFailed
            default: .cannotCreate
            }
        return Failure(kind, "cannot \(verb) \(path): \(String(cString: strerror(code)))", remedy: remedy(of: code))
    }

    /// What can be done about an error of the system, where there is something.
    package static func remedy(of code: Int32) -> String? {
        switch code {
        case ENOSPC: "Free some space, or write to another disk."
        case EDQUOT: "Your quota is used up: free some space, or write to another disk."
        case EFBIG: "The file may not grow that far: see ulimit -f, or write to another disk."
        case EIO, ETIMEDOUT, ESTALE: "The disk or the way to it fails: the system's log says more."
        case EACCES, EPERM: "Mend the permissions (ls -ld shows them), or name another place."
        case EROFS: "The file system can only be read: name another place."
        case EMFILE: "This process may not open more files: raise ulimit -n."
        case ENFILE: "The system has too many files open: end other programs."
        case ENOENT: "The folder that it belongs in is not there: make it first, or name another place."
        case ENAMETOOLONG: "Choose a shorter name."
        default: nil
        }
    }
}
