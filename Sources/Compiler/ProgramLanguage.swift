import CRASP
import Foundation
import RASP

/// The languages that a program can be written in, named by the ending of its file.
///
/// A new language is a conformer of `CompilableProgram` and a case here.
public enum ProgramLanguage: String, CaseIterable, Sendable {
    case rasp, crasp

    /// The language of a file; RASP for any other ending.
    public init(of url: URL) { self = ProgramLanguage(rawValue: url.pathExtension) ?? .rasp }

    /// Reads a program in the language of its file.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - options: how the text is read. `strict` is about RASP only.
    /// - Throws: `RASPError` for a file that cannot be read or is no program.
    public static func load(
        contentsOf url: URL, options: ProgramOptions = .init()
    ) throws -> any CompilableProgram {
        switch ProgramLanguage(of: url) {
        case .rasp: try Program.load(contentsOf: url, options: options)
        case .crasp: try CRASPProgram.load(contentsOf: url, options: options)
        }
    }
}
