import Basics
import Foundation
import InjectionSettings
import RASP
import Resources

/// A task that an algorithm is injected for: a RASP program, how prompts are worded, how the student's tokens stand for
/// the program's, and where examples come from.
///
/// Student token i lies over compiled token i. Nothing here is particular to the built-in tasks; a task of the user's
/// own is the same value, read from a file.
public struct InjectionTask: Sendable {
    public let name: String
    public var summary: String
    /// A name under `Programs/`, or a path to a `.rasp` file.
    public var program: String
    public let wording: Wording
    public var tokens: TokenMap
    public var edits: [TokenizerEdit]
    public let problems: ProblemSpace
    public let testSettings: [TestSetting]
    /// What a built-in task that was found by its name was made with; nil for every other task.
    package private(set) var madeWith: Settings.Data.Prompts?
    /// The files that a task of the user's own is read from: its YAML, the programs of its generators with what they
    /// load, and files of examples. Empty for a built-in task.
    public var sources: [URL] = []
    /// What these files name, and where it was found; the program itself is not among them.
    package var references: [SourceReference] = []
    /// The name that a task file has for the program; nil for a built-in task.
    package var programReference: String?

    public init(
        name: String, summary: String, program: String, wording: Wording, tokens: TokenMap,
        edits: [TokenizerEdit] = [], problems: ProblemSpace, testSettings: [TestSetting] = []
    ) {
        (self.name, self.summary, self.program, self.wording) = (name, summary, program, wording)
        (self.tokens, self.edits, self.problems, self.testSettings) = (tokens, edits, problems, testSettings)
    }

    /// How a problem is put into words: `{input}` and `{output}` are replaced.
    public struct Wording: Sendable {
        public var prompt: String
        /// Begins with the space that parts it from the prompt, where there is one.
        public var answer: String

        public init(prompt: String, answer: String = " {output}") { (self.prompt, self.answer) = (prompt, answer) }

        public func example(_ problem: Problem) -> Example {
            Example(
                prompt: prompt.replacingFirst("{input}", with: problem.input),
                answer: answer.replacingFirst("{output}", with: problem.output))
        }
    }

    /// The built-in tasks, by name.
    private static var builtIn: [(name: String, make: (Settings.Data.Prompts) -> InjectionTask)] {
        [("count", count), ("int-sum", intSum), ("shuffle-dyck", shuffleDyck)]
    }

    public static var builtInNames: [String] { builtIn.map(\.name) }
    /// Those of them that the paper's experiments are about.
    package static let namesOfPaper = ["count", "int-sum", "shuffle-dyck"]

    /// A built-in task by name, or one of the user's own: the path of a YAML file, or the name of one under
    /// `configs/tasks/`.
    ///
    /// - Parameters:
    ///   - name: the name, or the path.
    ///   - prompts: the paper's wording and test settings, or those of the authors' program; built-in tasks only.
    /// - Throws: `Failure` `.usage` for a name that is none, `.notFound` or `.badData` for a file.
    public static func named(_ name: String, prompts: Settings.Data.Prompts = .paper) throws -> InjectionTask {
        if let known = builtIn.first(where: { $0.name.hasSameBytes(as: name) }) {
            var task = known.make(prompts)
            task.madeWith = prompts
            return task
        }
        let files = BundledFiles()
        if let file = files.taskFile(name) { return try TaskFile.read(file) }
        let known = builtInNames + files.taskNames
        let near = Suggestion.nearest(to: name, among: known)
        throw Failure(
            .usage, "unknown task '\(name.prefix(100))'",
            remedy: near.map { "Did you mean '\($0)'?" }
                ?? "Tasks: \(known.joined(separator: ", ")), or a YAML file")
    }

    /// A seeded, endless (train) or ending (everything else) sequence of examples.
    public func stream(_ split: Split, seed: Int) throws -> ExampleStream {
        try ExampleStream(task: self, split: split, seed: seed)
    }

    /// The first `count` examples of a split; fewer where the split has fewer.
    public func examples(_ split: Split, count: Int, seed: Int = 42) throws -> [Example] {
        var stream = try stream(split, seed: seed)
        var examples: [Example] = []
        while examples.count < count, let example = stream.next() { examples.append(example) }
        return examples
    }
}
