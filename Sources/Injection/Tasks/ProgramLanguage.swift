import Compiler
import Foundation
import RASP

/// The languages that a task's program can be written in, by the ending of its file.
///
/// A new language is a conformer of `CompilableProgram` and a line here.
enum ProgramLanguage {
    private static let loaders: [String: @Sendable (URL) throws -> any CompilableProgram] = [
        "rasp": { try Program.load(contentsOf: $0) }
    ]

    /// Reads a program. A file of any other ending is read as RASP.
    ///
    /// - Throws: what the language says of a file that cannot be read or is no program.
    static func load(contentsOf url: URL) throws -> any CompilableProgram {
        if let load = loaders[url.pathExtension] { return try load(url) }
        return try Program.load(contentsOf: url)
    }
}
