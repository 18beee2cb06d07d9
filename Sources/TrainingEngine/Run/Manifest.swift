import Basics
import Foundation
import TensorCore

/// `manifest.json`: says that a run's results are whole, up to which step they were trained, from what and by what, and
/// the checksum of each file. It is removed before results are replaced and written after the last of them.
public struct Manifest: Sendable {
    public static let format = 2
    public var step: Int
    public var checksums: [ExactString: String]
    /// Hashes of what the run was made from, by name; empty in a run of an earlier version.
    package let inputs: JSONObject

    /// Checksums the run's results and writes the manifest.
    ///
    /// - Parameter inputs: hashes of what the run was made from, by name.
    package static func write(for run: RunDirectory, step: Int, inputs: JSONObject = JSONObject([])) throws {
        var files = JSONObject()
        for file in try results(of: run) {
            files[file] = .string(
                try XXHash64.hex(contentsOf: run.root.appendingPathComponent(file)))
        }
        try SealedJSON.write(
            JSONObject([
                ("format", .integer(format)), ("step", .integer(step)),
                ("vector_level", .string(VectorLevel.inUse.name)), ("inputs", .object(inputs)),
                ("sessions", .array(RunSessions.read(run))), ("finished", .string(RunSessions.now)),
                ("training_seconds", .number(try MetricsLog.seconds(in: run.metrics))), ("files", .object(files)),
            ]), to: run.manifest)
    }

    /// - Throws: where it stays; it would vouch for results that are only half replaced.
    package static func remove(from run: RunDirectory) throws(Failure) {
        guard unlink(run.manifest.path) == 0 || errno == ENOENT else {
            throw Failure.system(errno, doing: "remove", run.manifest.path)
        }
    }

    private static func results(of run: RunDirectory) throws -> [String] {
        var files = ["config.yaml", "projection.safetensors", "variables.json"]
        if FileManager.default.fileExists(atPath: run.text.path) { files.append(run.text.lastPathComponent) }
        for folder in ["compiled", "sources", "student"] {
            let place = run.root.appendingPathComponent(folder).path
            do { files += try Folder.files(below: place).map { "\(folder)/\($0)" } } catch {
                throw Failure(
                    .notFound, "cannot list \(error.path): \(error.reason)", remedy: Failure.remedy(of: error.code))
            }
        }
        // The model card tells of measurements, which are taken when the run is finished.
        files.removeAll { $0.hasSameBytes(as: "student/\(RunDirectory.card)") }
        // In the order of their bytes: the folder gives them in no order.
        return files.sorted { ExactString($0) < ExactString($1) }
    }

    /// Reads the manifest and verifies every file it names.
    public init(verifying run: RunDirectory) throws {
        try run.requireFolder()
        guard run.isFinished else { throw Manifest.unfinished(run) }
        let json = try SealedJSON.read(run.manifest)
        guard json["format"]?.integer == Manifest.format, let step = json["step"]?.integer,
            let files = json["files"]?.object
        else {
            throw Failure(
                .badData, "manifest.json is not a manifest of this version", at: run.manifest.path)
        }
        self.step = step
        inputs = json["inputs"]?.object ?? JSONObject([])
        checksums = [:]
        for (file, value) in files.members {
            guard let checksum = value.string, Self.isInside(file) else {
                throw Failure(
                    .badData, "manifest.json names a file outside the run: \(file)",
                    at: run.manifest.path)
            }
            let url = run.root.appendingPathComponent(file)
            guard run.holds(url) else {
                throw Failure(
                    .badData, "\(file) is a symbolic link that leads out of the run", at: url.path,
                    remedy: "copy the run with its links followed: cp -rL")
            }
            guard try XXHash64.hex(contentsOf: url) == checksum else {
                throw Failure(
                    .badData, "\(file) is not what the run wrote: its checksum differs", at: url.path,
                    remedy: "restore the file, or train again")
            }
            checksums[ExactString(file)] = checksum
        }
    }

    /// Whether a name in a manifest is a path below the run's directory.
    private static func isInside(_ file: String) -> Bool {
        let parts = file.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in !["", ".", ".."].contains { part.elementsEqual($0.utf8) } }
        return isPlain && !file.utf8.contains(0)
    }

    private static func unfinished(_ run: RunDirectory) -> Failure {
        if let step = try? Checkpoint.steps(in: run.checkpoints).last {
            return Failure(
                .badData, "the run is not finished: it stopped after step \(step)",
                at: run.root.path,
                remedy: "go on with: tracr-inject train --resume --output \(run.root.path)")
        }
        return Failure(
            .badData,
            run.isRun
                ? "the run was broken off before its first checkpoint"
                : "this directory is not a run", at: run.root.path,
            remedy: "train first: tracr-inject train --task count")
    }
}
