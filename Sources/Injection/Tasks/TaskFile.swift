import Basics
import Foundation
import InjectionSettings
import RASP

/// A task of the user's own, read from YAML; `configs/tasks/reverse.yaml` shows every key.
///
/// What comes out is an `InjectionTask` like the built-in ones, and nothing else knows where it came from.
enum TaskFile {
    /// - Parameters:
    ///   - url: the file.
    ///   - kept: where the files are that it names; nil: they are looked for.
    /// - Throws: `.notFound`, or `.badData` at `file:line:column (key)`.
    static func read(_ url: URL, kept: [SourceReference]? = nil) throws -> InjectionTask {
        let file = try YAMLMapping(YAMLDocument.text(of: url), name: url.path)
        try file.allow([
            "name", "summary", "program", "prompt", "answer", "tokens", "fill", "end", "answers", "edits", "generator",
            "settings",
        ])
        let folder = TaskFolder(url, references: kept)
        let name = try file.text("name") ?? url.deletingPathExtension().lastPathComponent
        let generator = try file.mapping("generator")
        let ownPrompts = try generator.text("file") == nil
        let wording = InjectionTask.Wording(
            prompt: ownPrompts ? try file.required("prompt") : "{input}",
            answer: ownPrompts ? try file.text("answer") ?? " {output}" : "{output}")
        if ownPrompts, !wording.prompt.holds("{input}") || !wording.answer.holds("{output}") {
            throw file.failure("a prompt has {input} in it, and an answer {output}", at: "prompt")
        }

        let answers = try file.entries("answers").map { key, values in
            TokenMap.Rule(key, values.map { wording.answer.replacingFirst("{output}", with: $0) })
        }
        let words = Dictionary(
            try file.entries("answers").compactMap { key, values in values.first.map { (key, $0) } }
        ) { first, _ in first }
        let rules = try file.entries("tokens").map { TokenMap.Rule($0, $1) }
        guard !rules.isEmpty else {
            throw file.failure("the program's tokens have to stand for something", at: "tokens")
        }
        let tokens = TokenMap(
            rules: rules, fill: try file.atom("fill") ?? "_", end: try file.atom("end"),
            answers: answers.isEmpty ? nil : answers)

        let examples = try TaskGenerator(generator, folder: folder, words: words)
        let problems = try examples.space()
        var (sources, references) = try examples.sources()
        sources.insert(url, at: 0)
        let testSettings = try file.children("settings").map { name, setting in
            let own = try TaskGenerator(
                setting.over(generator, alternatives: TaskGenerator.sources), folder: folder, words: words)
            let made = try own.sources()
            for source in made.files where !sources.contains(source) { sources.append(source) }
            references += made.references
            return TestSetting(name, try setting.text("summary") ?? name, .space(try own.space()))
        }
        let program = try file.required("program")
        var task = InjectionTask(
            name: name, summary: try file.text("summary") ?? name,
            program: kept == nil ? folder.programName(program) : try folder.program(program).path, wording: wording,
            tokens: tokens,
            edits: try file.list("edits").map { edit in
                guard let known = TokenizerEdit(rawValue: edit) else {
                    throw file.failure(
                        "no tokenizer edit '\(edit.prefix(40))'; there are "
                            + TokenizerEdit.allCases.map(\.rawValue).joined(separator: ", "), at: "edits")
                }
                return known
            }, problems: problems, testSettings: testSettings)
        task.sources = sources
        (task.references, task.programReference) = (references, program)
        return task
    }
}
