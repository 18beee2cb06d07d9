import Basics
import Foundation
import RASP

/// The files that a task was read from, copied into a run: the task file, the programs with all that they load, files of
/// examples, and an index that says which name in which file leads to which copy.
///
/// A run is measured with these copies, wherever it has been moved to and whatever has become of the originals.
package struct KeptSources: Sendable {
    private static let index = "index.json"
    private static let format = 1
    /// Prompts of each split that are hashed, and the seed that they are drawn with.
    private static let (hashedPrompts, hashedSeed) = (64, 42)

    /// The task file; nil for a built-in task.
    let task: URL?
    let program: URL
    let references: [SourceReference]
    private let originals: [(copy: URL, path: String)]
    /// Hashes of the first prompts of the test split and of each setting, by its name.
    private let prompts: [(split: String, hash: String)]

    /// Copies what a task was read from into a folder, whole or not at all.
    ///
    /// - Parameters:
    ///   - task: says what it was read from.
    ///   - folder: where the copies go.
    ///   - origins: a file that says where each was copied from.
    static func write(_ task: LoadedTask, to folder: URL, origins: URL) throws {
        let copies = Copies(task.task.sources + task.sources)
        let name = { (file: URL?) -> JSONValue in file.flatMap { copies.name(of: $0) }.map(JSONValue.string) ?? .null }
        var references: [JSONValue] = []
        for reference in task.references {
            let value: JSONValue = [
                "source": name(reference.source), "name": .string(reference.name), "file": name(reference.file),
            ]
            if !references.contains(value) { references.append(value) }
        }
        let index = JSONObject([
            ("format", .integer(format)), ("task", name(task.task.sources.first)),
            ("program", name(task.program.sources.first)),
            ("files", .array(copies.all.map { .string($0.name) })),
            ("references", .array(references)),
            ("prompts", .object(JSONObject(try hashes(of: task.task).map { ($0.split, .string($0.hash)) }))),
        ])
        try AtomicFile.replaceDirectory(at: folder) { temporary in
            for copy in copies.all {
                let place = temporary.appendingPathComponent(copy.name)
                try AtomicFile.createDirectory(place.deletingLastPathComponent())
                let file = try MappedFile(contentsOf: copy.file)
                try withExtendedLifetime(file) { try AtomicFile.write(file.data, to: place) }
            }
            try JSONFile.write(.object(index), to: temporary.appendingPathComponent(Self.index))
        }
        try JSONFile.write(.object(JSONObject(copies.all.map { ($0.name, .string($0.file.path)) })), to: origins)
    }

    /// Reads what `write` has written; nil where there is no such folder, as in a run of an earlier version.
    ///
    /// - Parameters:
    ///   - folder: where the copies are.
    ///   - origins: says where each was copied from; a bundle goes without.
    /// - Throws: `.badData` for an index that names files which are not there.
    init?(in folder: URL, origins: URL) throws {
        let place = folder.appendingPathComponent(Self.index)
        guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
        let json = try JSONFile.readObject(place)
        func copy(_ value: JSONValue?) throws -> URL {
            guard let name = value?.string, Self.isInside(name) else {
                throw Failure(.badData, "a file is named that is none of the folder", at: place.path)
            }
            return folder.appendingPathComponent(name)
        }
        guard json["format"]?.integer == Self.format, let files = json["files"]?.array,
            let references = json["references"]?.array, let prompts = json["prompts"]?.object
        else { throw Failure(.badData, "the index of the run's sources is none of this version", at: place.path) }
        task = json["task"] == .null ? nil : try copy(json["task"])
        program = try copy(json["program"])
        let paths = try? JSONFile.read(origins)
        originals = try files.compactMap { name in
            let copy = try copy(name)
            return name.string.flatMap { paths?[$0]?.string }.map { (copy, $0) }
        }
        self.references = try references.map { reference in
            guard let name = reference["name"]?.string else {
                throw Failure(.badData, "a reference has no name", at: place.path)
            }
            return SourceReference(source: try copy(reference["source"]), name: name, file: try copy(reference["file"]))
        }
        self.prompts = prompts.members.map { ($0.key, $0.value.string ?? "") }
    }

    /// What is not as it was when the run was begun, in words for a warning each.
    func changes(_ task: InjectionTask) throws -> [String] {
        var changes: [String] = []
        for (copy, path) in originals where FileManager.default.fileExists(atPath: path) {
            let original = URL(fileURLWithPath: path)
            guard let now = try? XXHash64.hex(contentsOf: original), try XXHash64.hex(contentsOf: copy) != now else {
                continue
            }
            changes.append("\(path) has changed since the run was begun: the run's own copy of it is used")
        }
        let now = try Self.hashes(of: task)
        let others = prompts.filter { then in
            now.first { $0.split.hasSameBytes(as: then.split) }?.hash != then.hash
        }
        if !others.isEmpty {
            changes.append(
                "this version of tracr-inject makes other prompts of \(others.map(\.split).joined(separator: ", ")) than the one "
                    + "that the run was trained with: some that are measured may have been trained on")
        }
        return changes
    }

    private static func hashes(of task: InjectionTask) throws -> [(split: String, hash: String)] {
        try ([.test] + task.testSettings.map { Split.testSetting($0.name) }).map { split in
            let examples = try task.examples(split, count: hashedPrompts, seed: hashedSeed)
            return ("\(split)", XXHash64.hex(Data(examples.map(\.jsonLine).joined(separator: "\n").utf8)))
        }
    }

    private static func isInside(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return !name.utf8.contains(0)
            && parts.allSatisfy { part in !["", ".", ".."].contains { part.elementsEqual($0.utf8) } }
    }

    /// The files under the names of their copies: their own, as a program's output may be called like its file; those of
    /// a name that is taken go into a folder with a number.
    private struct Copies {
        private(set) var all: [(file: URL, name: String)] = []

        init(_ files: [URL]) {
            var taken: Set<ExactString> = [ExactString(KeptSources.index)]
            for file in files where name(of: file) == nil {
                var (name, number) = (file.lastPathComponent, 1)
                while !taken.insert(ExactString(name)).inserted {
                    number += 1
                    name = "\(number)/\(file.lastPathComponent)"
                }
                all.append((file, name))
            }
        }

        func name(of file: URL) -> String? {
            let path = file.resolvingSymlinksInPath().path
            return all.first { $0.file.resolvingSymlinksInPath().path.hasSameBytes(as: path) }?.name
        }
    }
}
