import Basics
import Foundation

/// Keeps two trainings out of one run directory.
///
/// The lock is the kernel's (`flock` on `.lock`), so it disappears with the process that held it, however that ended;
/// the file itself stays and means nothing.
package final class RunLock {
    private let descriptor: Int32

    package init(directory: URL) throws {
        let path = directory.appendingPathComponent(".lock").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure.system(errno, doing: "create the run's lock", path)
        }
        // From here on a failure ends in `deinit`, which closes the file.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isCurrent(path) else { throw Self.taken(directory) }
    }

    /// Whether the locked file is still the one of that name: the directory may have been moved aside by another
    /// training between opening and locking.
    private func isCurrent(_ path: String) -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev
            && held.st_ino == named.st_ino
    }

    private static func taken(_ directory: URL) -> Failure {
        Failure(
            .cannotCreate, "another training is writing to this run directory", at: directory.path,
            remedy: "wait for it, stop it, or choose another directory with --output")
    }

    deinit { close(descriptor) }
}
