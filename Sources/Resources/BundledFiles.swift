import Foundation
import Serialization

/// Finds what ships with the program: `Programs/`, `configs/` and the bundled student, built, installed or in a checkout.
///
/// SwiftPM's own `Bundle.module` traps where the bundle is missing, so the places are looked through here, in this order:
/// 1. the folder named by the environment variable `TRACR_INJECT_HOME`;
/// 2. beside the executable (links resolved): its resource bundle, and `../share/tracr-inject` of an installation;
/// 3. a checkout (`Package.swift` beside `Programs/`) in a folder above the executable, or above the working directory.
public struct BundledFiles: Sendable {
    public static let environmentVariable = "TRACR_INJECT_HOME"
    private static let bundle = "tracr-inject_Resources.resources"

    /// Folders that may hold `Programs/` and `configs/`, best first; only those that are there.
    public let roots: [URL]
    /// Folders that may hold the student `tiny`, best first.
    private let studentCandidates: [URL]
    private let looked: [String]

    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: URL? = BundledFiles.currentExecutable,
        workingDirectory: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    ) {
        var roots: [URL] = []
        var students: [URL] = []
        if let home = environment[Self.environmentVariable], !home.isEmpty {
            let home = URL(fileURLWithPath: home)
            roots.append(home)
            students.append(home)
        }
        if let folder = executable?.resolvingSymlinksInPath().deletingLastPathComponent() {
            let share = folder.deletingLastPathComponent().appendingPathComponent("share/tracr-inject")
            students.append(folder.appendingPathComponent(Self.bundle))
            roots.append(share)
            students += [share, share.appendingPathComponent(Self.bundle)]
            roots += Self.checkout(above: folder)
        }
        roots += Self.checkout(above: workingDirectory)
        students += roots.map { $0.appendingPathComponent("Sources/Resources") }
        let manager = FileManager.default
        looked = (roots + students).map(\.path)
        self.roots = roots.filter { manager.fileExists(atPath: $0.path) }
        studentCandidates = students.map { $0.appendingPathComponent("tiny") }
    }

    /// The program of that name under `Programs/` (hyphens and underscores alike), or at that path.
    public func program(_ name: String) throws -> URL {
        if let path = Self.existing(path: name, suffix: "rasp") { return path }
        return try find(name, in: "Programs", suffix: "rasp", called: "program")
    }

    /// The configuration of that name under `configs/`, or at that path.
    public func configuration(_ name: String) throws -> URL {
        if let path = Self.existing(path: name, suffix: "yaml") { return path }
        return try find(name, in: "configs", suffix: "yaml", called: "configuration")
    }

    /// The task file at that path, which need not exist, or of that name under `configs/tasks/`; nil where the name is neither.
    package func taskFile(_ name: String) -> URL? {
        if name.contains("/") || name.hasSuffix(".yaml") { return URL(fileURLWithPath: name) }
        return try? find(name, in: "configs/tasks", suffix: "yaml", called: "task")
    }

    /// Names of the task files that ship.
    package var taskNames: [String] { names(in: "configs/tasks", suffix: ".yaml") }

    /// The folder of the bundled student.
    public func tinyStudent() throws -> URL {
        for folder in studentCandidates
        where FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path) {
            return folder
        }
        throw Failure(.notFound, "the bundled student 'tiny' is not there", remedy: remedy)
    }

    /// Names of the programs that ship, for messages and completions.
    public var programNames: [String] { names(in: "Programs", suffix: ".rasp") }

    private func names(in folder: String, suffix: String) -> [String] {
        let files = roots.flatMap {
            (try? FileManager.default.contentsOfDirectory(atPath: $0.appendingPathComponent(folder).path)) ?? []
        }
        return Set(files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }).sorted()
    }

    /// The running executable; nil where the system does not say.
    public static var currentExecutable: URL? {
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            return URL(fileURLWithPath: path)
        }
        return Bundle.main.executableURL
    }

    private var remedy: String {
        "Looked in: \(looked.joined(separator: ", ")).\n  Set \(Self.environmentVariable) to a checkout or to PREFIX/share/tracr-inject."
    }

    private func find(_ name: String, in folder: String, suffix: String, called kind: String) throws -> URL {
        // A name is one path component, whatever a task file says.
        if !name.contains("/"), !name.isEmpty, name != ".." {
            for spelling in [name, name.replacingOccurrences(of: "-", with: "_")] {
                for root in roots {
                    let url = root.appendingPathComponent(folder).appendingPathComponent("\(spelling).\(suffix)")
                    if FileManager.default.fileExists(atPath: url.path) { return url }
                }
            }
        }
        let near = kind == "program" ? Suggestion.nearest(to: name, among: programNames) : nil
        throw Failure(
            .notFound, "no \(kind) '\(name.prefix(200))', as a file or under \(folder)/",
            remedy: near.map { "Did you mean '\($0)'?" } ?? remedy)
    }

    private static func existing(path: String, suffix: String) -> URL? {
        guard path.contains("/") || path.hasSuffix("." + suffix) else { return nil }
        return FileManager.default.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }

    private static func checkout(above folder: URL) -> [URL] {
        var folder = folder.standardizedFileURL
        for _ in 0..<32 {
            let manager = FileManager.default
            if manager.fileExists(atPath: folder.appendingPathComponent("Package.swift").path),
                manager.fileExists(atPath: folder.appendingPathComponent("Programs").path)
            {
                return [folder]
            }
            let parent = folder.deletingLastPathComponent()
            if parent.path == folder.path { break }
            folder = parent
        }
        return []
    }
}
