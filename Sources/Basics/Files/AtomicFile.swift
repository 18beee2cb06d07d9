import Foundation

/// Files and directories that exist whole or not at all: written beside their place, flushed to the disk, renamed.
public enum AtomicFile {
    public static func write(_ data: Data, to url: URL) throws(Failure) {
        try write(to: url) { (file) throws(Failure) in
            let result: Result<Void, Failure> = data.withUnsafeBytes { bytes in
                Result { () throws(Failure) in try file.write(bytes) }
            }
            try result.get()
        }
    }

    /// Hands the body a temporary file in the same directory, and renames it into place when the body returns.
    package static func write(to url: URL, _ body: (OutputFile) throws(Failure) -> Void) throws(Failure) {
        let pending = try PendingFile(for: url)
        defer { pending.discard() }
        try body(pending.file)
        try pending.commit()
    }

    /// Builds a directory under a temporary name and puts it in the place of `url`, whether that exists or not.
    ///
    /// Files that the body writes are flushed to the disk before the rename. Where the system can exchange two names in
    /// one step there is no moment at which neither the old nor the new directory is there. What earlier processes left
    /// of this directory under temporary names is removed afterwards: it may be all that there is of the old one
    /// before.
    public static func replaceDirectory(at url: URL, _ body: (URL) throws -> Void) throws {
        let temporary = TemporarySibling(of: url)
        guard mkdir(temporary.path, 0o755) == 0 else { throw Failure.system(errno, doing: "create", url.path) }
        defer { temporary.release() }
        try temporary.hold()
        do {
            try body(URL(fileURLWithPath: temporary.path, isDirectory: true))
            try synchronizeTree(temporary.path)
        } catch var failure as Failure {
            // The hidden name means nothing to whoever asked for this one.
            failure.message = failure.message.replacingAll(temporary.path, with: url.path)
            failure.location = failure.location?.replacingAll(temporary.path, with: url.path)
            throw failure
        }
        try exchange(temporary, into: url)
        try synchronizeDirectory(url.deletingLastPathComponent().path)
        temporary.release()
        temporary.removeLeftovers()
    }

    /// Makes the name a symbolic link to `destination`, in one step, whether it was there before or not. Where that
    /// cannot be done the name is what it was, and a warning says so.
    package static func replaceLink(at url: URL, to destination: String) {
        let temporary = TemporarySibling(of: url)
        defer { temporary.release() }
        guard symlink(destination, temporary.path) == 0, rename(temporary.path, url.path) == 0 else {
            let code = errno
            return Narration.warn("cannot point \(url.path) at \(destination): \(String(cString: strerror(code)))")
        }
        temporary.markPlaced()
        temporary.removeLeftovers()
    }

    /// Removes a file or a folder that is not needed any more; a warning says where that cannot be done.
    package static func remove(_ url: URL) { TemporarySibling.remove(url.path) }

    /// Removes what earlier processes left half-written in a folder, or could not remove.
    package static func removeLeftovers(in folder: URL) { TemporarySibling.removeLeftovers(in: folder) }

    /// Creates a directory and its parents.
    public static func createDirectory(_ url: URL) throws(Failure) {
        let path = url.standardizedFileURL.path
        if mkdir(path, 0o755) == 0 { return }
        var code = errno
        if code == ENOENT, path != "/" {
            try createDirectory(url.standardizedFileURL.deletingLastPathComponent())
            if mkdir(path, 0o755) == 0 { return }
            code = errno
        }
        var status = stat()
        if code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        throw Failure.system(code, doing: "create the directory", url.path)
    }

    /// Renames a finished directory into place; one that was there before is removed.
    private static func exchange(_ temporary: TemporarySibling, into url: URL) throws(Failure) {
        let path = url.path
        // The place was free, or an empty directory.
        if rename(temporary.path, path) == 0 { return temporary.markPlaced() }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw Failure.system(errno, doing: "write", path) }
        // What is now under the temporary name is removed with it.
        if exchangeNames(temporary.path, path) { return }
        let old = TemporarySibling.name(beside: url)
        guard rename(path, old) == 0 else { throw Failure.system(errno, doing: "replace", path) }
        guard rename(temporary.path, path) == 0 else {
            let code = errno
            rename(old, path)
            throw Failure.system(code, doing: "write", path)
        }
        temporary.markPlaced()
        TemporarySibling.remove(old)
    }

    /// `renameat2(…, RENAME_EXCHANGE)`, where the system and the file system have it.
    private static func exchangeNames(_ left: String, _ right: String) -> Bool {
        #if os(Linux)
            // The module map of the C library leaves this function out without _GNU_SOURCE; it is looked up by name.
            typealias Exchange =
                @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
            guard let symbol = dlsym(nil, "renameat2") else { return false }
            let exchange = unsafeBitCast(symbol, to: Exchange.self)
            let renameExchange: UInt32 = 2
            return exchange(AT_FDCWD, left, AT_FDCWD, right, renameExchange) == 0
        #else
            return false
        #endif
    }

    private static func synchronizeTree(_ path: String) throws(Failure) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            let names: [String]
            do { names = try Folder.names(at: path) } catch { throw Failure.system(error.code, doing: "write", path) }
            for entry in names { try synchronizeTree(path + "/" + entry) }
        }
        try synchronizeDirectory(path)
    }

    /// Flushes a directory (its names) or a file (its bytes).
    static func synchronizeDirectory(_ path: String) throws(Failure) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == EACCES { return }  // a directory may be writable and not readable
            throw Failure.system(errno, doing: "write", path)
        }
        defer { close(descriptor) }
        // Some file systems cannot flush a directory and say EINVAL: nothing to be done about it.
        if fsync(descriptor) != 0, errno != EINVAL { throw Failure.system(errno, doing: "write", path) }
    }
}
