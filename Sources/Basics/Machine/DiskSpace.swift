import Foundation

/// Room on a file system, asked before something large is written.
package enum DiskSpace {
    /// Bytes that may still be written where `place` is, or will be; nil where the system does not say.
    package static func free(at place: URL) -> Int? {
        var folder = place.standardizedFileURL
        var status = statvfs()
        while statvfs(folder.path, &status) != 0 {
            guard errno == ENOENT, folder.path != "/" else { return nil }
            folder.deleteLastPathComponent()
        }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? nil : Int(exactly: bytes)
    }

    /// - Throws: `.writeFailed` when there are fewer than `bytes` left.
    package static func require(bytes: Int, for purpose: String, at place: URL, remedy: String) throws(Failure) {
        guard let free = free(at: place), free < bytes else { return }
        throw Failure(
            .writeFailed, "not enough space for \(purpose): \(mebibytes(bytes)) needed, \(mebibytes(free)) free",
            at: place.path, remedy: remedy)
    }

    /// Rounded up: what needs a little is not said to need nothing.
    package static func mebibytes(_ bytes: Int) -> String { "\((bytes >> 20) + (bytes & 0xFFFFF == 0 ? 0 : 1)) MiB" }
}
