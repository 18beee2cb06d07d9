import Foundation

/// Folders listed and removed by the system's own calls: Foundation does not pass on why one failed.
package enum Folder {
    /// A call that failed, and on what.
    package struct CallFailed: Error {
        package let code: Int32
        package let path: String
        package var reason: String { String(cString: strerror(code)) }
    }

    /// The names in a folder, in no order; none where there is no such folder.
    package static func names(at path: String) throws(CallFailed) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw CallFailed(code: errno, path: path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw CallFailed(code: errno, path: path) }
        return names
    }

    /// The paths below a folder of everything that is not a folder, in no order.
    package static func files(below root: String) throws(CallFailed) -> [String] {
        var files: [String] = []
        for name in try names(at: root) {
            var status = stat()
            guard lstat(root + "/" + name, &status) == 0 else { throw CallFailed(code: errno, path: root + "/" + name) }
            if status.st_mode & S_IFMT == S_IFDIR {
                for inner in try Self.files(below: root + "/" + name) { files.append(name + "/" + inner) }
            } else {
                files.append(name)
            }
        }
        return files
    }

    /// Removes a file, a link or a folder with what is in it. What is not there is no failure.
    package static func remove(_ path: String) throws(CallFailed) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw CallFailed(code: errno, path: path)
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        if isFolder {
            for name in try names(at: path) { try remove(path + "/" + name) }
        }
        guard (isFolder ? rmdir(path) : unlink(path)) == 0 || errno == ENOENT else {
            throw CallFailed(code: errno, path: path)
        }
    }
}
