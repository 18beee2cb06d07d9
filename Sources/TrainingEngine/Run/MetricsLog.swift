import Basics
import Foundation

/// Appends to `metrics.jsonl`; a resumed run first cuts the file back to what its checkpoint had seen.
package final class MetricsLog {
    private let descriptor: Int32
    private let path: String
    /// Bytes written so far; saved with every checkpoint.
    package private(set) var length: Int

    /// - Parameter length: how much of an existing file to keep.
    package init(at file: URL, keeping length: Int = 0) throws {
        path = file.path
        self.length = length
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure.system(errno, doing: "open the metrics file", path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) >= length else {
            throw Failure(
                .badData, "metrics.jsonl is shorter than the checkpoint remembers", at: path,
                remedy: "restore the file, or start the run again in another directory")
        }
        guard ftruncate(descriptor, off_t(length)) == 0,
            lseek(descriptor, off_t(length), SEEK_SET) >= 0
        else {
            throw Failure.system(errno, doing: "cut back the metrics file", path)
        }
    }

    deinit { close(descriptor) }

    package func append(_ metrics: StepMetrics) throws { try append(line: metrics.jsonLine) }

    /// - Parameter line: with its line feed.
    package func append(line: String) throws {
        var line = line
        try line.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let result = write(
                    descriptor, bytes.baseAddress! + written, bytes.count - written)
                if result < 0 && errno == EINTR { continue }
                guard result > 0 else {
                    throw Failure.system(result < 0 ? errno : EIO, doing: "write", path)
                }
                written += result
            }
        }
        length += line.utf8.count
    }

    /// The time that all logged steps took together.
    package static func seconds(in file: URL) throws -> Double {
        guard FileManager.default.fileExists(atPath: file.path) else { return 0 }
        var reader = try LineReader(file)
        var seconds = 0.0
        while let line = try reader.next() {
            seconds += try JSONParser.parse(line.text, name: line.place)["seconds"]?.number ?? 0
        }
        return seconds
    }

    package func synchronize() throws {
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw Failure.system(errno, doing: "write", path)
        }
    }
}
