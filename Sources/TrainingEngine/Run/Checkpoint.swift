import Basics
import Foundation

/// A training's whole state on disk: `checkpoints/step-00000400/` with `state.safetensors` (flat parameter values and
/// AdamW's moments) and `state.json` (step, stream positions, hashes of what the run was made from, checksums).
///
/// The directory is built under a temporary name, flushed and renamed, so a checkpoint exists whole or not at all; the
/// checksum in `state.json` is verified before a value of it is used.
package struct Checkpoint {
    /// A flat buffer that goes into the checkpoint and comes back from it.
    package struct Buffer {
        package var name: String
        package var values: UnsafeMutableBufferPointer<Float>

        package init(name: String, values: UnsafeMutableBufferPointer<Float>) {
            (self.name, self.values) = (name, values)
        }
    }

    package static let format = 2
    package let directory: URL
    package let step: Int
    /// What the trainer wrote beside the buffers.
    package let record: JSONValue

    private static let valuesFile = "state.safetensors"
    private static let recordFile = "state.json"

    package static func name(step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Writes a checkpoint for `step` below `folder`, points `latest` at it, then removes those that `retention` does
    /// not keep.
    package static func write(
        into folder: URL, step: Int, buffers: [Buffer], record: JSONValue, retention: CheckpointRetention
    ) throws {
        try AtomicFile.createDirectory(folder)
        try DiskSpace.require(
            bytes: size(of: buffers), for: "a checkpoint", at: folder,
            remedy: "free some space and go on with --resume; the last checkpoint is intact")
        let place = folder.appendingPathComponent(name(step: step))
        try AtomicFile.replaceDirectory(at: place) { temporary in
            var writer = SafeTensorsWriter()
            for buffer in buffers {
                writer.add(
                    buffer.name, shape: [buffer.values.count],
                    floats: UnsafeBufferPointer(buffer.values))
            }
            let values = temporary.appendingPathComponent(valuesFile)
            try writer.write(to: values)
            // Last: a folder without it is no checkpoint.
            try SealedJSON.write(
                JSONObject([
                    ("format", .integer(format)), ("step", .integer(step)),
                    ("checksum", .string(try XXHash64.hex(contentsOf: values))), ("record", record),
                ]), to: temporary.appendingPathComponent(recordFile))
        }
        settle(folder, retention: retention)
    }

    /// Points `latest` at the newest checkpoint and removes those that `retention` does not keep. A run that goes on to
    /// its end without writing one does it again: it may have been killed in between.
    package static func settle(_ folder: URL, retention: CheckpointRetention) {
        let steps: [Int]
        do { steps = try Self.steps(in: folder) } catch {
            return Narration.warn("older checkpoints stay, and latest may not be the newest: \(error.message)")
        }
        guard let newest = steps.last else { return }
        // For people and their scripts; a resume looks for the newest that is whole instead.
        AtomicFile.replaceLink(at: folder.appendingPathComponent("latest"), to: name(step: newest))
        for old in retention.superfluous(steps) {
            AtomicFile.remove(folder.appendingPathComponent(name(step: old)))
        }
    }

    /// Bytes on disk, with room to spare for the headers.
    package static func size(of buffers: [Buffer]) -> Int { buffers.reduce(1 << 20) { $0 + $1.values.count * 4 } }

    /// The steps of the checkpoints below `folder`, oldest first; none where there is no such folder.
    ///
    /// - Throws: `.notFound` for one that cannot be read: a run that took it for an empty one would begin anew.
    package static func steps(in folder: URL) throws(Failure) -> [Int] {
        let names: [String]
        do { names = try Folder.names(at: folder.path) } catch {
            throw Failure(
                .notFound, "cannot list the checkpoints: \(error.reason)", at: folder.path,
                remedy: Failure.remedy(of: error.code))
        }
        return names.compactMap { entry in
            guard entry.hasPrefix("step-"), let step = Int(entry.dropFirst(5)),
                entry == name(step: step)
            else { return nil }
            return step
        }.sorted()
    }

    /// The newest checkpoint that is whole; damaged ones are reported through `warn` and passed over.
    package static func newest(in folder: URL, warn: (String) -> Void) throws -> Checkpoint? {
        var failure: (any Error)?
        for step in try steps(in: folder).reversed() {
            do {
                return try Checkpoint(reading: folder.appendingPathComponent(name(step: step)))
            } catch {
                failure = failure ?? error
                warn("checkpoint of step \(step) is damaged and passed over: \(error)")
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// Opens a checkpoint and verifies its checksum.
    package init(reading directory: URL) throws {
        self.directory = directory
        let state = try SealedJSON.read(directory.appendingPathComponent(Self.recordFile))
        guard state["format"]?.integer == Self.format, let step = state["step"]?.integer, step >= 0,
            let checksum = state["checksum"]?.string, let record = state["record"]
        else {
            throw Failure(
                .badData, "state.json is not a checkpoint of this version", at: directory.path)
        }
        let values = directory.appendingPathComponent(Self.valuesFile)
        guard try XXHash64.hex(contentsOf: values) == checksum else {
            throw Failure(
                .badData, "state.safetensors does not match its checksum", at: values.path)
        }
        self.step = step
        self.record = record
    }

    /// Copies the saved buffers over the given ones; a buffer of another size is a checkpoint of another run.
    package func restore(_ buffers: [Buffer]) throws {
        let file = try SafeTensorsFile(contentsOf: directory.appendingPathComponent(Self.valuesFile))
        for buffer in buffers {
            let entry = try file.entry(buffer.name)
            guard entry.count == buffer.values.count else {
                throw Failure(
                    .badData,
                    "checkpoint holds \(entry.count) values of \(buffer.name), this run has \(buffer.values.count)",
                    at: directory.path, remedy: "resume with the configuration the run was started with")
            }
            try file.readFloats(buffer.name, into: buffer.values)
        }
    }
}
