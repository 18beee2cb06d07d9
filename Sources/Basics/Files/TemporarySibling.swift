import Foundation

/// A hidden name beside a place, `.NAME.PID-TAG.tmp`, under which a file or a folder is made before it takes that
/// place.
///
/// Its maker holds a lock of the kernel on it, which ends with the process. What bears such a name and is not locked is
/// a leftover: of a process that was killed, or of a removal that failed.
package final class TemporarySibling {
    let path: String
    private let place: URL
    private var lock: Int32 = -1
    private var isPlaced = false

    init(of place: URL) {
        self.place = place
        path = Self.name(beside: place)
    }

    /// A name that nothing has yet.
    static func name(beside place: URL) -> String {
        let tag = String(UInt32.random(in: .min ... .max), radix: 36)
        return place.deletingLastPathComponent().path + "/.\(place.lastPathComponent).\(getpid())-\(tag).tmp"
    }

    /// Keeps other processes from taking it for a leftover. Called as soon as it has been made.
    func hold() throws(Failure) {
        lock = open(path, O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { throw Failure.system(errno, doing: "create", place.path) }
        // A file system without locks refuses; there nobody else gets one either, and nothing is taken for a leftover.
        _ = flock(lock, LOCK_SH | LOCK_NB)
    }

    /// Renames it into its place.
    func replacePlace() throws(Failure) {
        guard rename(path, place.path) == 0 else { throw Failure.system(errno, doing: "write", place.path) }
        isPlaced = true
    }

    /// Tells that it has taken its place otherwise.
    func markPlaced() { isPlaced = true }

    /// Lets go of it: what has not taken its place is removed.
    func release() {
        if !isPlaced { Self.remove(path) }
        if lock >= 0 { close(lock) }
        (isPlaced, lock) = (true, -1)
    }

    deinit { release() }

    /// Removes a file or a folder that is not needed any more. Where that fails the result is none the worse, but the
    /// space is lost until somebody removes it, which is said.
    static func remove(_ path: String) {
        do { try Folder.remove(path) } catch {
            let inside = error.path == path ? "" : " (at \(error.path.dropFirst(path.count + 1)))"
            Narration.warn(
                "cannot remove \(path), which is not needed any more: \(error.reason)\(inside). The next run tries again."
            )
        }
    }

    /// Removes what earlier processes left of the place. Inside of a directory that is itself being made there is
    /// nothing.
    func removeLeftovers() {
        let folder = place.deletingLastPathComponent()
        if Self.owner(of: folder.lastPathComponent) == nil {
            Self.removeLeftovers(in: folder, of: place.lastPathComponent, except: path)
        }
    }

    /// Removes the leftovers in a folder.
    ///
    /// - Parameters:
    ///   - name: of one place only; nil for those of all.
    ///   - own: what has been tried already.
    static func removeLeftovers(in folder: URL, of name: String? = nil, except own: String? = nil) {
        for entry in (try? Folder.names(at: folder.path)) ?? [] {
            guard let owner = owner(of: entry), name?.hasSameBytes(as: owner) != false else { continue }
            let path = folder.appendingPathComponent(entry).path
            if own?.hasSameBytes(as: path) != true, isLeftover(path) { remove(path) }
        }
    }

    /// The name of the place that a temporary name stands beside; nil for other names.
    package static func owner(of name: String) -> String? {
        // The pattern is tried on few names only: folders can hold many files.
        guard name.begins(with: "."), name.ends(with: ".tmp") else { return nil }
        let pattern = /\.(.+)\.[0-9]+-[0-9a-z]+\.tmp/.matchingSemantics(.unicodeScalar)
        return name.wholeMatch(of: pattern).map { String($0.1) }
    }

    /// Whether nobody holds it.
    private static func isLeftover(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        // Nothing but a rename stands between the making of a link and its use, and who loses it does without.
        if status.st_mode & S_IFMT == S_IFLNK { return true }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
