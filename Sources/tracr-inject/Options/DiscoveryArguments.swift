import ArgumentParser
import Basics
import Discovery
import Evaluation
import Foundation
import Injection
import LanguageModels
import TrainingEngine

/// The pairs that `discover` and `score` change a model on.
struct DiscoveryArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pairs as CSV: clean, corrupted, correct_idx, incorrect_idx (a run has its own).", valueName: "file"))
    var pairs: String?

    @Option(help: ArgumentHelp("At most so many pairs.", valueName: "n"))
    var count = 100

    @Flag(
        name: .customLong("prepend-bos"), help: "Put the end-of-text token before each prompt, as TransformerLens does."
    )
    var prependsBOS = false

    @Option(
        help: ArgumentHelp(
            "What replaces a component's output: patch (the corrupted prompt's), mean or zero.", valueName: "name"))
    var ablation = Ablation.patch.rawValue

    @Option(help: ArgumentHelp("Decides a run's pairs and all that is drawn.", valueName: "n"))
    var seed = 42

    func validate() throws {
        if !(1...100_000).contains(count) { throw ValidationError("--count has to be from 1 to 100000.") }
    }

    func ablationKind() throws -> Ablation {
        guard let kind = Ablation(rawValue: ablation) else {
            throw Failure(
                .usage, "unknown ablation '\(ablation.prefix(100))'",
                remedy: "Ablations: \(Ablation.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return kind
    }

    /// The model of a run or of a Hugging Face folder, and its pairs.
    func subject(_ name: String) throws -> (model: any LanguageModel, pairs: [PromptPair]) {
        let directory = LoadedRun.locate(name)
        if name != "tiny", directory.isRun {
            let run = try LoadedRun(directory)
            let own = try pairs.map { try read(URL(fileURLWithPath: $0), for: run.student) }
            return (run.student.model, try own ?? run.pairs(count: count, seed: seed))
        }
        let folder = try StudentFolder.locate(name)
        guard let file = pairs.map({ URL(fileURLWithPath: $0) }) else {
            throw Failure(
                .usage, "\(name) is a model and no run, and has no pairs of its own",
                remedy: "give a CSV file with --pairs")
        }
        guard let words = try WordTokenizer(folder: folder) else {
            let student = try Student.load(from: folder, gradients: false)
            return (student.model, try read(file, for: student))
        }
        guard !prependsBOS else {
            throw Failure(
                .usage, "the tokenizer of a compiled program begins every prompt by itself", at: folder.path,
                remedy: "leave --prepend-bos out")
        }
        let model = try ModelRegistry.load(from: folder, gradients: false)
        return (model, Array(try PromptPair.read(file, for: model.configuration, words: words).prefix(count)))
    }

    private func read(_ file: URL, for student: Student) throws -> [PromptPair] {
        Array(try PromptPair.read(file, for: student, prependingBOS: prependsBOS).prefix(count))
    }
}

/// Shows how far long work is, and ends it where a signal asks for that.
final class WorkReport: @unchecked Sendable {
    private var line: ProgressLine?
    private let what: String

    init(_ what: String) { self.what = what }

    /// One call at a time.
    func show(_ done: Int, of total: Int) throws {
        var line = line ?? ProgressLine(total: total)
        if let signal = Interruption.signal {
            line.interrupt()
            throw ExitCode(128 + signal)
        }
        line.show(done, "\(what) \(done)/\(total)")
        self.line = line
    }
}
