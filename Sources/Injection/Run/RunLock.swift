import Foundation
import Serialization

/// Keeps two trainings out of one run directory.
///
/// The lock is the kernel's (`flock` on `.lock`), so it disappears with the process that held it, however that ended; the
/// file itself stays and means nothing.
package final class RunLock {
    private let descriptor: Int32

    package init(directory: URL) throws {
        let path = directory.appendingPathComponent(".lock").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(
                .cannotCreate, "cannot create the run's lock: \(String(cString: strerror(errno)))",
                at: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure(
                .cannotCreate, "another training is writing to this run directory",
                at: directory.path,
                remedy: "wait for it, stop it, or choose another directory with --output")
        }
    }

    deinit { close(descriptor) }
}
