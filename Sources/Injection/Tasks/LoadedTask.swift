import Basics
import Compiler
import Foundation
import InjectionSettings
import LanguageModels
import RASP
import Resources

/// A task with the student's tokenizer edited for it, its program read, and the encoder between the two.
public struct LoadedTask: Sendable {
    public let task: InjectionTask
    public let tokenizer: Tokenizer
    public let program: any CompilableProgram
    /// The files that say what is trained, for fingerprints: the program, what it loads, and the files of a task of the
    /// user's own.
    package let sources: [URL]
    /// What these files name of each other, and where it was found.
    package let references: [SourceReference]
    public var encoder: TaskEncoder

    /// - Parameters:
    ///   - settings: name the task, and say how its examples are worded, supervised and padded.
    ///   - original: the student's own tokenizer, before the task's edits (making them again changes nothing).
    ///   - kept: the task's files as a run keeps them; nil: they are where the settings say.
    /// - Throws: for a task that is not there, a program that is none, and a student that has no token for one of the
    ///   program's.
    package init(settings: Settings, tokenizer original: Tokenizer, kept: KeptSources?) throws {
        task =
            try kept?.task.map { try TaskFile.read($0, kept: kept?.references) }
            ?? InjectionTask.named(settings.task, prompts: settings.data.prompts)
        let edits = task.edits
        tokenizer = original.removingMerges { left, right in
            edits.contains { $0.removes(left, right) }
        }
        let bundled = BundledFiles()
        let url = try kept?.program ?? bundled.program(settings.program.file ?? task.program)
        program = try ProgramLanguage.load(
            contentsOf: url,
            options: ProgramOptions(references: kept?.references, libraries: bundled.programFolders))
        sources = program.sources + task.sources.filter { [program] in !program.sources.contains($0) }
        var named: [SourceReference] = []
        if let file = task.sources.first, let name = task.programReference {
            named.append(SourceReference(source: file, name: name, file: url))
        }
        references = named + task.references + program.references
        encoder = try TaskEncoder(
            task: task, tokenizer: tokenizer, supervision: settings.loss.supervised,
            padding: settings.batch.pad)
    }

    /// The same of a task whose files are where the settings say.
    public init(settings: Settings, tokenizer: Tokenizer) throws {
        try self.init(settings: settings, tokenizer: tokenizer, kept: nil)
    }

    /// The program's weights, for the longest example the encoder was told of, compared with the program's own values: a
    /// student must not be aligned with, nor measured against, wrong ones.
    public func compile() throws -> CompiledModel {
        try program.compileVerified(encoder.compilerOptions)
    }
}

extension LoadedTask {
    /// The same; where the compiler refuses the length that was asked for, for the longest example alone.
    ///
    /// - Returns: the weights, and a warning where they are for fewer tokens than was asked for.
    mutating func compileAsLongAsItCan() throws -> (model: CompiledModel, warning: String?) {
        do {
            return (try compile(), nil)
        } catch  where encoder.programLength > encoder.longest {
            let wanted = encoder.programLength
            let reason = (error as? RASPError)?.diagnostics.first?.message ?? (error as? Failure)?.message ?? "\(error)"
            encoder.programLength = 0
            let model = try compile()
            return (
                model,
                "the program is compiled for \(model.maxLength) tokens and not for \(wanted) (\(reason)): "
                    + "the student is trained only where a prompt and what stands before it have that many together"
            )
        }
    }
}
