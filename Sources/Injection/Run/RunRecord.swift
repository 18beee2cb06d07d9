import Basics
import InjectionSettings
import TrainingEngine

/// The configuration that a checkpoint was trained under, compared with the run's `config.yaml` on a resume.
struct RunRecord {
    private let configuration: String?

    /// - Parameter record: what the trainer wrote into the checkpoint.
    init(_ record: JSONValue) { configuration = record["configuration"]?.string }

    /// What may be changed on purpose; of other threads the fingerprint warns.
    private static let free: Set<String> = [
        "steps", "threads", "checkpoint.every", "checkpoint.keep_last", "checkpoint.keep_every",
    ]

    /// - Throws: `.usage` for a setting that was asked for and cannot be changed any more.
    static func requireChangeable(from own: Settings, to asked: Settings, at run: RunDirectory) throws(Failure) {
        for key in Settings.keys
        where !free.contains(key.path) && !own.value(of: key).hasSameBytes(as: asked.value(of: key)) {
            throw Failure(
                .usage, "the run has \(key.path) \(own.value(of: key)), and cannot go on with \(asked.value(of: key))",
                at: run.root.path, remedy: "Leave the setting out, or start a new run with another --output.")
        }
    }

    /// - Throws: `.badData` for a setting that is not what it was.
    func compare(with settings: Settings, at run: RunDirectory) throws {
        guard let configuration else { return }
        let saved = try Settings.resolve(yaml: configuration, name: "the checkpoint's configuration")
        for key in Settings.keys where !Self.free.contains(key.path) {
            let (then, now) = (saved.value(of: key), settings.value(of: key))
            if then.hasSameBytes(as: now) { continue }
            throw Failure(
                .badData, "the run was trained with \(key.path) \(then), and its configuration says \(now)",
                at: run.configuration.path, remedy: "Put it back, or start a new run with another --output.")
        }
    }
}
