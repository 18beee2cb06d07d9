import Basics
import Foundation

/// Where the parts of a run lie. Which of them can be trusted is told by `Manifest`, written last.
public struct RunDirectory: Sendable {
    public let root: URL

    public init(_ root: URL) { self.root = root.standardizedFileURL }

    public var name: String { root.lastPathComponent }
    public var configuration: URL { root.appendingPathComponent("config.yaml") }
    public var metrics: URL { root.appendingPathComponent("metrics.jsonl") }
    public var student: URL { root.appendingPathComponent("student") }
    /// The name of the model card in the student's folder.
    public static let card = "README.md"
    public var projection: URL { root.appendingPathComponent("projection.safetensors") }
    public var variables: URL { root.appendingPathComponent("variables.json") }
    public var compiled: URL { root.appendingPathComponent("compiled") }
    /// What the run was made from: the task's files.
    public var sources: URL { root.appendingPathComponent("sources") }
    /// Where these were copied from: paths of the machine that trained the run, which no bundle has.
    public var origins: URL { root.appendingPathComponent("origins.json") }
    /// When and by what it was trained.
    public var sessions: URL { root.appendingPathComponent("sessions.jsonl") }
    public var checkpoints: URL { root.appendingPathComponent("checkpoints") }
    public var manifest: URL { root.appendingPathComponent("manifest.json") }
    /// The plain text of L_KL where the run sampled its own.
    public var text: URL { root.appendingPathComponent("text.jsonl") }
    /// What there is of it while it is sampled.
    package var partialText: URL { root.appendingPathComponent("text.part.jsonl") }

    /// Whether a training has begun here.
    public var isRun: Bool { FileManager.default.fileExists(atPath: configuration.path) }
    public var isFinished: Bool { FileManager.default.fileExists(atPath: manifest.path) }

    /// - Throws: `.notFound` where nothing is at the place, or a file.
    func requireFolder() throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isDirectory) else {
            throw Failure(.notFound, "no such run", at: root.path)
        }
        guard isDirectory.boolValue else {
            throw Failure(
                .notFound, "a run is a folder, and this is a file", at: root.path,
                remedy: "Name the folder that train was given with --output.")
        }
    }

    /// Makes the directory ready for a new run.
    ///
    /// A run that is already there is never written over: it is moved aside to `NAME.1`, `NAME.2`, … and `note` says
    /// so. A directory with other things in it is refused.
    public func prepare(note: (String) -> Void) throws {
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        if manager.fileExists(atPath: root.path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else {
                throw Failure(.cannotCreate, "the output is a file, not a directory", at: root.path)
            }
            let contents: [String]
            do { contents = try Folder.names(at: root.path) } catch {
                throw Failure.system(error.code, doing: "look into the output directory", root.path)
            }
            if isRun {
                // Refuse before moving a run from under the process that writes it.
                let lock = try RunLock(directory: root)
                defer { withExtendedLifetime(lock) {} }
                let aside = freeSibling()
                guard rename(root.path, aside.path) == 0 else {
                    throw Failure.system(errno, doing: "move aside the earlier run", root.path)
                }
                note("an earlier run is at \(root.path); it was moved to \(aside.path)")
            } else if !contents.allSatisfy({ $0.begins(with: ".") }) {
                throw Failure(
                    .cannotCreate, "the output directory holds other files", at: root.path,
                    remedy: "choose a new directory with --output")
            }
        }
        try AtomicFile.createDirectory(root)
    }

    /// Whether a file, its symbolic links followed, lies in the run's directory.
    func holds(_ file: URL) -> Bool {
        file.resolvingSymlinksInPath().path.begins(with: root.resolvingSymlinksInPath().path + "/")
    }

    /// Removes what a process that was killed left half-written. Only for who holds the lock.
    package func removeLeftovers() {
        for folder in [root, checkpoints] { AtomicFile.removeLeftovers(in: folder) }
    }

    private func freeSibling() -> URL {
        let parent = root.deletingLastPathComponent()
        var number = 1
        while true {
            let candidate = parent.appendingPathComponent("\(name).\(number)")
            if !FileManager.default.fileExists(atPath: candidate.path) { return candidate }
            number += 1
        }
    }

    /// Points `runs/latest` of the working directory at this run, in one step. Not being able to is no
    /// reason to stop, but is told: other commands would take another run.
    public func becomeLatest(under runs: URL = RunDirectory.runs) {
        do { try AtomicFile.createDirectory(runs) } catch {
            return Narration.warn("runs/latest is not this run: \(error.message)")
        }
        let inside = root.deletingLastPathComponent().path.hasSameBytes(as: runs.standardizedFileURL.path)
        AtomicFile.replaceLink(at: runs.appendingPathComponent("latest"), to: inside ? name : root.path)
    }

    /// The folder that runs go to by default.
    public static var runs: URL {
        URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
            .appendingPathComponent("runs")
    }
}
