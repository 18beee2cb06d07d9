import Basics
import Foundation

/// Finds what ships with the program: `Programs/`, `configs/` and the bundled student, built, installed or in a
/// checkout.
///
/// SwiftPM's own `Bundle.module` traps where the bundle is missing, so the places are looked through here, in this
/// order:
/// 1. the folder named by the environment variable `TRACR_INJECT_HOME`;
/// 2. beside the executable (links resolved): its resource bundle, and `../share/tracr-inject` of an installation;
/// 3. a checkout (`Package.swift` beside `Programs/`) in a folder above the executable, or above the working directory.
public struct BundledFiles: Sendable {
    static let environmentVariable = "TRACR_INJECT_HOME"
    private static let bundle = "tracr-inject_Resources.resources"

    /// Folders that may hold `Programs/` and `configs/`, best first; only those that are there.
    public let roots: [URL]
    /// Folders that may hold the student `tiny`, best first.
    private let studentCandidates: [URL]
    /// The same as `roots` with those that are not there, for messages.
    private let places: [URL]

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
        places = roots
        self.roots = roots.filter { manager.fileExists(atPath: $0.path) }
        studentCandidates = students.map { $0.appendingPathComponent("tiny") }
    }

    /// The program at that path, or of that name under `Programs/`, both with or without the ending `.rasp` or
    /// `.crasp` (in a name, hyphens and underscores are alike). A program in a folder there has the folder in its name:
    /// `decompiling/sort`. What is both a name and a file of the working directory is the file if it has the ending, or
    /// a folder in its name.
    ///
    /// - Throws: `.notFound` also for a file that cannot be opened. The front end knows of findings about programs
    ///   only.
    public func program(_ name: String) throws -> URL {
        let url = try file(name, in: "Programs", suffixes: ["rasp", "crasp"], called: "program")
        close(try RegularFile.open(url).descriptor)
        return url
    }

    /// The folders of the programs that ship, best first.
    public var programFolders: [URL] { roots.map { $0.appendingPathComponent("Programs") } }

    /// What a program that ships is called, its folder included: `decompiling/sort`; nil for any other file.
    ///
    /// - Throws: as `program` does.
    public func programName(_ name: String) throws -> String? {
        let path = try program(name).resolvingSymlinksInPath().deletingPathExtension().path
        let folder = programFolders.map { $0.resolvingSymlinksInPath().path + "/" }.first { path.begins(with: $0) }
        return folder.map { path.parted(at: $0).behind }
    }

    /// The configuration at that path, or of that name under `configs/`, in the same way.
    public func configuration(_ name: String) throws -> URL {
        try file(name, in: "configs", suffixes: ["yaml"], called: "configuration")
    }

    /// The task file at that path, which need not exist, or of that name under `configs/tasks/`; nil where the name is
    /// neither.
    package func taskFile(_ name: String) -> URL? {
        if name.holds("/") || name.ends(with: ".yaml") { return URL(fileURLWithPath: name) }
        return bundled(name, in: "configs/tasks", suffix: "yaml")
    }

    /// Names of the task files that ship.
    package var taskNames: [String] { names(in: "configs/tasks", suffix: ".yaml") }

    /// The folder of the bundled student.
    public func tinyStudent() throws -> URL {
        for folder in studentCandidates
        where FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path) {
            return folder
        }
        throw Failure(
            .notFound, "the bundled student 'tiny' is not there", remedy: Self.remedy(lookedIn: studentCandidates))
    }

    /// Names of the files in a folder that ships, and in its subfolders where these count.
    private func names(in folder: String, suffix: String, subfolders: Bool = false) -> [String] {
        let files = roots.flatMap { root -> [String] in
            let path = root.appendingPathComponent(folder).path
            let manager = FileManager.default
            let found =
                try? subfolders
                ? manager.subpathsOfDirectory(atPath: path) : manager.contentsOfDirectory(atPath: path)
            return found ?? []
        }
        let names = files.filter { $0.ends(with: suffix) }.map { $0.unicodeScalars.dropLast(suffix.count) }
        return Set(names.map { ExactString(String($0)) }).sorted().map(\.text)
    }

    /// The running executable; nil where the system does not say.
    public static var currentExecutable: URL? {
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            return URL(fileURLWithPath: path)
        }
        return Bundle.main.executableURL
    }

    private func file(_ name: String, in folder: String, suffixes: [String], called kind: String) throws -> URL {
        let isPath = name.holds("/")
        for suffix in suffixes where isPath || name.ends(with: "." + suffix) {
            if let path = Self.existing(name, suffix: suffix) { return path }
        }
        for suffix in suffixes { if let url = bundled(name, in: folder, suffix: suffix) { return url } }
        for suffix in suffixes { if let path = Self.existing(name, suffix: suffix) { return path } }
        let shown = name.prefix(200)
        let near = Suggestion.nearest(
            to: suffixes.reduce(name) { Self.without($1, $0) },
            among: suffixes.flatMap { names(in: folder, suffix: "." + $0, subfolders: true) })
        if isPath {
            throw Failure(
                .notFound, "no \(kind) '\(shown)': there is no file of that name",
                at: URL(fileURLWithPath: name).path, remedy: near.map { "Did you mean '\($0)'?" })
        }
        let looked = Self.remedy(lookedIn: places.map { $0.appendingPathComponent(folder) })
        throw Failure(
            .notFound, "no \(kind) '\(shown)', as a file or under \(folder)/",
            remedy: (near.map { "Did you mean '\($0)'?\n" } ?? "") + looked)
    }

    /// The file of that name in a folder that ships. A name does not lead out of it, whatever a task file says.
    private func bundled(_ name: String, in folder: String, suffix: String) -> URL? {
        let name = Self.without(suffix, name)
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { ["", ".", ".."].contains($0) }), !name.utf8.contains(0) else { return nil }
        for spelling in [name, name.replacingOccurrences(of: "-", with: "_")] {
            for root in roots {
                let url = root.appendingPathComponent(folder).appendingPathComponent("\(spelling).\(suffix)")
                if Self.isFile(url.path) { return url }
            }
        }
        return nil
    }

    /// The file at that path, with or without its ending.
    package static func existing(_ path: String, suffix: String) -> URL? {
        [path, path + "." + suffix].first(where: isFile).map { URL(fileURLWithPath: $0) }
    }

    private static func without(_ suffix: String, _ name: String) -> String {
        name.ends(with: "." + suffix) ? String(name.unicodeScalars.dropLast(suffix.unicodeScalars.count + 1)) : name
    }

    private static func isFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }

    private static func remedy(lookedIn folders: [URL]) -> String {
        var seen: Set<ExactString> = []
        let paths = folders.map(\.path).filter { seen.insert(ExactString($0)).inserted }
        return "Looked in: \(paths.joined(separator: ", ")).\n"
            + "Set \(environmentVariable) to a checkout or to PREFIX/share/tracr-inject."
    }

    static func checkout(above folder: URL) -> [URL] {
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
