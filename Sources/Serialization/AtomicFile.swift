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
        let temporary = temporarySibling(of: url)
        do throws(Failure) {
            let file = try OutputFile(creating: temporary, called: url.path)
            try body(file)
            try file.finish()
            guard rename(temporary, url.path) == 0 else { throw Failure.system(errno, doing: "write", url.path) }
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronizeDirectory(url.deletingLastPathComponent().path)
    }

    /// Builds a directory under a temporary name and puts it in the place of `url`, whether that exists or not.
    ///
    /// Files that the body writes are flushed to the disk before the rename. Where the system can exchange two names
    /// in one step there is no moment at which neither the old nor the new directory is there.
    public static func replaceDirectory(at url: URL, _ body: (URL) throws -> Void) throws {
        let temporary = temporarySibling(of: url)
        guard mkdir(temporary, 0o755) == 0 else { throw Failure.system(errno, doing: "create", url.path) }
        let temporaryURL = URL(fileURLWithPath: temporary, isDirectory: true)
        do {
            try body(temporaryURL)
            try synchronizeTree(temporary)
            try exchange(temporary, into: url.path)
        } catch {
            try? FileManager.default.removeItem(at: temporaryURL)
            throw error
        }
        try synchronizeDirectory(url.deletingLastPathComponent().path)
    }

    /// Makes the name a symbolic link to `destination`, in one step, whether it was there before or not.
    ///
    /// - Returns: false where that cannot be done; the name is then what it was.
    @discardableResult
    package static func replaceLink(at url: URL, to destination: String) -> Bool {
        let temporary = temporarySibling(of: url)
        guard symlink(destination, temporary) == 0 else { return false }
        if rename(temporary, url.path) == 0 { return true }
        unlink(temporary)
        return false
    }

    /// Removes what processes that were killed left half-written in a folder. Nothing else may be writing there.
    package static func removeLeftovers(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where isTemporary(name) {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }

    /// Whether a name is of the form that `temporarySibling` gives: `.NAME.PID-TAG.tmp`.
    private static func isTemporary(_ name: String) -> Bool {
        name.wholeMatch(of: /\..+\.[0-9]+-[0-9a-z]+\.tmp/) != nil
    }

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

    private static func temporarySibling(of url: URL) -> String {
        let tag = String(UInt32.random(in: .min ... .max), radix: 36)
        let directory = url.deletingLastPathComponent().path
        return directory + "/.\(url.lastPathComponent).\(getpid())-\(tag).tmp"
    }

    /// Renames a finished directory into place; one that was there before is removed.
    private static func exchange(_ temporary: String, into path: String) throws(Failure) {
        if rename(temporary, path) == 0 { return }  // the place was free, or an empty directory
        guard errno == ENOTEMPTY || errno == EEXIST else { throw Failure.system(errno, doing: "write", path) }
        let old = temporarySibling(of: URL(fileURLWithPath: path))
        if exchangeNames(temporary, path) {
            try? FileManager.default.removeItem(atPath: temporary)
            return
        }
        guard rename(path, old) == 0 else { throw Failure.system(errno, doing: "replace", path) }
        guard rename(temporary, path) == 0 else {
            let code = errno
            rename(old, path)
            throw Failure.system(code, doing: "write", path)
        }
        try? FileManager.default.removeItem(atPath: old)
    }

    /// `renameat2(…, RENAME_EXCHANGE)`, where the system and the file system have it.
    private static func exchangeNames(_ left: String, _ right: String) -> Bool {
        #if os(Linux)
            // The module map of the C library leaves this function out without _GNU_SOURCE; it is looked up by name.
            typealias Exchange = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
            guard let symbol = dlsym(nil, "renameat2") else { return false }
            let exchange = unsafeBitCast(symbol, to: Exchange.self)
            return exchange(AT_FDCWD, left, AT_FDCWD, right, 2 /* RENAME_EXCHANGE */) == 0
        #else
            return false
        #endif
    }

    private static func synchronizeTree(_ path: String) throws(Failure) {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
        for name in names { try synchronizeDirectory(path + "/" + name) }
        try synchronizeDirectory(path)
    }

    /// Flushes a directory (its names) or a file (its bytes).
    package static func synchronizeDirectory(_ path: String) throws(Failure) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }  // a directory may be writable and not readable
        defer { close(descriptor) }
        // Some file systems cannot flush a directory and say EINVAL: nothing to be done about it.
        if fsync(descriptor) != 0, errno != EINVAL { throw Failure.system(errno, doing: "write", path) }
    }
}
