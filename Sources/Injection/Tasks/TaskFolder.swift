import Basics
import Foundation
import RASP
import Resources

/// Finds what a task file names: programs and files of examples.
///
/// A name leads to a file beside the task file, or to a program that ships. In a run, which keeps copies of all of them,
/// it leads to the copy.
struct TaskFolder: Sendable {
    /// The task file.
    let file: URL
    /// Where the named files are; nil: they are looked for.
    let references: [SourceReference]?

    init(_ file: URL, references: [SourceReference]? = nil) { (self.file, self.references) = (file, references) }

    /// A file of examples, which need not be there.
    func examples(_ name: String) throws(Failure) -> URL {
        if let references { return try Self.kept(references, name, file) }
        return file.deletingLastPathComponent().appendingPathComponent(name)
    }

    /// A program, with or without its ending.
    func program(_ name: String) throws -> URL {
        if let references { return try Self.kept(references, name, file) }
        return try BundledFiles().program(programName(name))
    }

    /// The program's path where it is beside the task file, otherwise the name itself, of one that ships.
    func programName(_ name: String) -> String {
        let path = file.deletingLastPathComponent().appendingPathComponent(name).path
        return BundledFiles.existing(path, suffix: "rasp")?.path ?? name
    }

    private static func kept(_ references: [SourceReference], _ name: String, _ file: URL) throws(Failure) -> URL {
        guard let url = references.file(named: name, in: file) else {
            throw Failure(.badData, "the task names '\(name.prefix(100))', which is not kept with it", at: file.path)
        }
        return url
    }
}
