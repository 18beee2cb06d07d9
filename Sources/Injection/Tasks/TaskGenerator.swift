import Basics
import Compiler
import Foundation
import RASP
import Resources
import Synchronization

/// Where a task file's examples come from: inputs from an alphabet or a grammar with answers by a program, or a
/// file.
///
///     alphabet: [a, b, c]          inputs of letters drawn evenly
///     lengths: [1, 8]              ... so many of them, each number equally often
///     grammar: {start: ["{x}", "{x} {start}"], x: [a, b]}     or: inputs derived from `start`
///     separator: " "               what stands between an input's tokens
///     solution: reverse            the program that is run on an input's tokens
///     read: all                    its outputs that make the answer: all, first or last
///     file: examples.jsonl         or: prompts and answers as they are
///     test_share: 10               one in so many is for testing
struct TaskGenerator {
    /// Keys of which a generator has one.
    static let sources = ["alphabet", "grammar", "file"]

    enum Reading: String, CaseIterable { case all, first, last }

    /// Longer inputs are drawn again: a grammar has no bound of its own.
    private static let longestInput = 400
    /// Inputs drawn on reading the file, from which the longest are taken.
    private static let sample = 300

    private let mapping: YAMLMapping
    private let folder: TaskFolder
    private let words: [Atom: String]
    private let testShare: UInt64
    private let separator: String

    /// - Parameter words: how outputs are spelt in answers, where not as they are.
    init(_ mapping: YAMLMapping, folder: TaskFolder, words: [Atom: String]) throws {
        try mapping.allow([
            "alphabet", "lengths", "grammar", "separator", "solution", "read", "file", "test_share", "summary",
        ])
        (self.mapping, self.folder, self.words) = (mapping, folder, words)
        testShare = UInt64(try mapping.integer("test_share", in: 2...1_000_000) ?? 10)
        separator = try mapping.text("separator") ?? " "
    }

    /// The files that examples are made from, those of the solution's program or the file of examples, and what names
    /// each of them.
    func sources() throws -> (files: [URL], references: [SourceReference]) {
        let (name, files, inner): (String, [URL], [SourceReference])
        if let examples = try mapping.text("file") {
            (name, files, inner) = (examples, [try folder.examples(examples)], [])
        } else {
            let program = try solutionProgram()
            (name, files, inner) = (try mapping.required("solution"), program.sources, program.references)
        }
        let named = files.prefix(1).map { SourceReference(source: folder.file, name: name, file: $0) }
        return (files, named + inner)
    }

    func space() throws -> ProblemSpace {
        if let file = try mapping.text("file") { return try space(of: folder.examples(file)) }
        let alphabet = try mapping.list("alphabet")
        let grammar = try mapping.lists("grammar")
        guard alphabet.isEmpty != grammar.isEmpty else {
            throw mapping.failure(
                "a generator has an alphabet, a grammar or a file", at: alphabet.isEmpty ? "alphabet" : "grammar")
        }
        let solve = try solution()
        return alphabet.isEmpty ? try space(of: grammar, solve) : try space(of: alphabet, solve)
    }

    private func space(of file: URL) throws -> ProblemSpace {
        let problems = try ExampleFile(contentsOf: file).examples.map { Problem($0.prompt, $0.answer) }
        let inputs = Set(problems.map { ExactString($0.input) })
        return ProblemSpace(
            .indexed(count: problems.count) { problems[$0] }, distinct: Double(inputs.count),
            testShare: testShare, longest: Self.longest(of: problems))
    }

    private func space(of alphabet: [String], _ solve: @escaping @Sendable (String) throws -> String) throws
        -> ProblemSpace
    {
        let lengths = try mapping.list("lengths").map { Int($0) ?? 0 }
        guard lengths.count == 2, lengths[0] >= 1, lengths[0] <= lengths[1], lengths[1] <= Self.longestInput else {
            throw mapping.failure("lengths are two whole numbers, such as [1, 8]", at: "lengths")
        }
        let separator = separator
        let draw: @Sendable (Int, inout SeededRandom) -> String = { length, random in
            (0..<length).map { _ in random.pick(alphabet) }.joined(separator: separator)
        }
        let size = Double(Set(alphabet.map { ExactString($0) }).count)
        return try space(
            distinct: (lengths[0]...lengths[1]).reduce(0) { $0 + pow(size, Double($1)) }, solve,
            choose: { $0.integer(in: lengths[0]...lengths[1]) }, draw: draw)
    }

    private func space(
        of grammar: [ExactString: [String]], _ solve: @escaping @Sendable (String) throws -> String
    ) throws -> ProblemSpace {
        let grammar = try Grammar(grammar, in: mapping)
        return try space(
            distinct: .infinity, solve, choose: { _ in 0 },
            draw: { _, random in grammar.derive(longest: Self.longestInput, &random) ?? "" })
    }

    /// Draws, solves and takes the longest of a sample; what is longer still is never drawn afterwards.
    private func space(
        distinct: Double, _ solve: @escaping @Sendable (String) throws -> String,
        choose: @escaping @Sendable (inout SeededRandom) -> Int,
        draw: @escaping @Sendable (Int, inout SeededRandom) -> String
    ) throws -> ProblemSpace {
        var random = SeededRandom(seed: 0, stream: "task file")
        var sample: [Problem] = []
        for _ in 0..<Self.sample {
            let input = draw(choose(&random), &random)
            if input.isEmpty { continue }
            do {
                sample.append(Problem(input, try solve(input)))
            } catch {
                throw mapping.failure("the solution cannot be run on '\(input.prefix(100))': \(error)", at: "solution")
            }
        }
        guard sample.count > Self.sample / 2, let first = sample.first else {
            throw mapping.failure(
                "the grammar rarely comes to an end below \(Self.longestInput) characters", at: "grammar")
        }
        let longest = Self.longest(of: sample)
        let most = longest.map(\.input.unicodeScalars.count).max() ?? 0
        return ProblemSpace(
            .drawn { random in
                let size = choose(&random)
                return { random in
                    for _ in 0..<100 {
                        let input = draw(size, &random)
                        // A solution that fails leaves the answer empty, which the encoder refuses by name.
                        if !input.isEmpty, input.unicodeScalars.count <= most {
                            return Problem(input, (try? solve(input)) ?? "")
                        }
                    }
                    return first
                }
            }, distinct: distinct, testShare: testShare, longest: longest)
    }

    private static func longest(of problems: [Problem]) -> [Problem] {
        let lengths = problems.map { $0.input.unicodeScalars.count + $0.output.unicodeScalars.count }
        return problems.indices.sorted { lengths[$0] > lengths[$1] }.prefix(32).map { problems[$0] }
    }

    private func solutionProgram() throws -> any SymbolicProgram {
        try ProgramLanguage.load(
            contentsOf: folder.program(mapping.required("solution")),
            options: ProgramOptions(references: folder.references, libraries: BundledFiles().programFolders))
    }

    /// The solution's outputs on an input, as the answer spells them.
    private func solution() throws -> @Sendable (String) throws -> String {
        let program = try solutionProgram()
        let text = try mapping.text("read") ?? Reading.all.rawValue
        guard let reading = Reading(rawValue: text) else {
            throw mapping.failure("read has to be all, first or last", at: "read")
        }
        let (separator, words) = (separator, words)
        let answers = KeptAnswers()
        return { input in
            try answers.answer(to: input) { input in
                let tokens = input.pieces(separatedBy: separator)
                var outputs = try program.evaluate(tokens.map(Atom.string), causal: false).output
                switch reading {
                case .all: break
                case .first: outputs = Array(outputs.prefix(1))
                case .last: outputs = Array(outputs.suffix(1))
                }
                return outputs.map { output in output.map { words[$0] ?? $0.displayed } ?? "" }.joined(
                    separator: separator)
            }
        }
    }
}

/// The answers to inputs that were drawn before. A task of few inputs draws each of them again and again, to find that
/// a split has no more.
private final class KeptAnswers: Sendable {
    /// Answers that are kept, to inputs of at most so many bytes: all of a small task, and a part of one that does not
    /// need it.
    private static let (most, longest) = (4_096, 256)

    private let kept = Mutex<[ExactString: String]>([:])

    func answer(to input: String, _ solve: (String) throws -> String) rethrows -> String {
        guard input.utf8.count <= Self.longest else { return try solve(input) }
        let key = ExactString(input)
        if let answer = kept.withLock({ $0[key] }) { return answer }
        let answer = try solve(input)
        kept.withLock { if $0.count < Self.most { $0[key] = answer } }
        return answer
    }
}

/// A context-free grammar: each symbol's alternatives, drawn evenly, in which `{symbol}` stands for a symbol.
private struct Grammar: Sendable {
    private enum Part: Sendable {
        case text(String)
        case symbol(ExactString)
    }
    private let alternatives: [ExactString: [[Part]]]

    init(_ rules: [ExactString: [String]], in mapping: YAMLMapping) throws {
        guard rules["start"] != nil else {
            throw mapping.failure("a grammar begins with the symbol start", at: "grammar")
        }
        alternatives = try rules.mapValues { try $0.map { try Self.parts($0, rules, mapping) } }
    }

    private static func parts(_ text: String, _ rules: [ExactString: [String]], _ mapping: YAMLMapping) throws -> [Part]
    {
        var parts: [Part] = []
        var rest = text.unicodeScalars[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = ExactString(String(rest[rest.index(after: open)..<close]))
            guard rules[name]?.isEmpty == false else {
                throw mapping.failure("the grammar has no symbol '\(name.text.prefix(40))'", at: "grammar")
            }
            parts += [.text(String(rest[..<open])), .symbol(name)]
            rest = rest[rest.index(after: close)...]
        }
        return parts + [.text(String(rest))]
    }

    /// A derivation from `start`; nil where it grows too long. An explicit stack: depth is the grammar's choice.
    func derive(longest: Int, _ random: inout SeededRandom) -> String? {
        var text = ""
        var waiting: [Part] = [.symbol("start")]
        for _ in 0..<20 * longest {
            guard let part = waiting.popLast() else { return text }
            switch part {
            case .text(let piece): text += piece
            case .symbol(let name): waiting += random.pick(alternatives[name] ?? [[]]).reversed()
            }
            if text.unicodeScalars.count > longest || waiting.count > 4 * longest { return nil }
        }
        return nil
    }
}
