import Foundation

/// Files of users, opened for reading: regular ones only, their symbolic links followed.
///
/// A pipe, a terminal or a device has no size that could be checked, may never end, and may make its reader wait for
/// ever.
package enum RegularFile {
    /// - Returns: a descriptor that the caller closes, and the bytes that the file has now.
    /// - Throws: `.notFound` for a file that is not there, cannot be read, or is no regular file.
    package static func open(_ url: URL) throws(Failure) -> (descriptor: Int32, size: Int) {
        let path = url.path
        // Opening a pipe that nobody writes to would wait without O_NONBLOCK.
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            throw Failure(
                .notFound, "cannot open \(path): \(String(cString: strerror(code)))",
                remedy: code == ENOENT ? nil : Failure.remedy(of: code))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(
                .notFound, "\(path) is not a regular file",
                remedy: "Pipes, folders and devices cannot be checked before they are read: save the input to a file.")
        }
        return (descriptor, Int(status.st_size))
    }

    /// Whether a file can be opened, before there is time to read it.
    ///
    /// - Throws: as `open`.
    package static func check(_ url: URL) throws(Failure) { close(try open(url).descriptor) }

    /// The same as a handle, which closes the file when it goes.
    package static func handle(_ url: URL) throws(Failure) -> FileHandle {
        FileHandle(fileDescriptor: try open(url).descriptor, closeOnDealloc: true)
    }

    /// A small text file, read whole.
    ///
    /// - Throws: `.badData` when it has more than `maximumBytes` or is not UTF-8.
    package static func text(_ url: URL, maximumBytes: Int, called kind: String) throws(Failure) -> String {
        let file = try MappedFile(contentsOf: url, maximumBytes: maximumBytes)
        let content = withExtendedLifetime(file) { String(validating: file.bytes, as: UTF8.self) }
        guard let text = content else {
            throw Failure(.badData, "\(kind) is UTF-8 text, and this is not", at: url.path)
        }
        return text
    }
}
