import Foundation

/// A file that takes its place when it is whole, and is never there in part: written beside it, flushed, renamed.
package final class PendingFile {
    package let file: OutputFile
    private let place: URL
    private let temporary: TemporarySibling

    /// - Throws: `.cannotCreate` where nothing can be made beside the place.
    package init(for place: URL) throws(Failure) {
        self.place = place
        temporary = TemporarySibling(of: place)
        file = try OutputFile(creating: temporary.path, called: place.path)
        try temporary.hold()
    }

    /// Puts the file in its place, over one that is there. What earlier processes left of it half-written is removed.
    package func commit() throws(Failure) {
        try file.finish()
        try temporary.replacePlace()
        try AtomicFile.synchronizeDirectory(place.deletingLastPathComponent().path)
        temporary.removeLeftovers()
    }

    /// Removes what has been written, where it has not taken its place. Otherwise the end of this object does it.
    package func discard() { temporary.release() }
}
