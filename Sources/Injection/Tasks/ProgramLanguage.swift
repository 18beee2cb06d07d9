import Compiler
import Foundation
import RASP

/// The languages that a task's program can be written in, by the ending of its file.
///
/// A new language is a conformer of `CompilableProgram` and a line here.
enum ProgramLanguage {
    private static let loaders: [String: @Sendable (URL, [SourceReference]?) throws -> any CompilableProgram] = [
        "rasp": { try Program.load(contentsOf: $0, options: ProgramOptions(references: $1)) }
    ]

    /// Reads a program. A file of any other ending is read as RASP.
    ///
    /// - Parameter references: where the files are that it names; nil: they are looked for.
    /// - Throws: what the language says of a file that cannot be read or is no program.
    static func load(
        contentsOf url: URL, references: [SourceReference]? = nil
    ) throws -> any CompilableProgram {
        if let load = loaders[url.pathExtension] { return try load(url, references) }
        return try Program.load(contentsOf: url, options: ProgramOptions(references: references))
    }
}
