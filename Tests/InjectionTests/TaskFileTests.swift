import Basics
import Compiler
import Evaluation
import Foundation
import Injection
import RASP
import TestSupport
import Testing

/// Tasks read from YAML.
@Suite(.serialized) struct TaskFileTests {
    static let examples = ["reverse", "most-frequent", "sort", "recall", "brackets"]

    private func path(_ name: String) -> String { repository.appendingPathComponent("configs/tasks/\(name).yaml").path }

    @Test(arguments: examples) func theCompiledProgramSolvesTheBundledTasks(name: String) throws {
        let task = try InjectionTask.named(path(name))
        #expect(task.name == name)
        var encoder = try TaskEncoder(task: task, tokenizer: PieceTokenizer.words)
        let examples = try task.examples(.train, count: 200) + task.examples(.test, count: 50)
        for example in examples { try encoder.include(example) }
        let model = try RASPCompiler.compile(
            Program.load(contentsOf: URL(fileURLWithPath: task.program)), options: encoder.compilerOptions)
        #expect(try encoder.check(examples, against: model).examples == examples.count)
    }

    @Test(arguments: examples) func trainAndTestShareNothing(name: String) throws {
        let task = try InjectionTask.named(path(name))
        let train = Set(try task.examples(.train, count: 2_000).map(\.prompt))
        let test = try task.examples(.test, count: 60).map(\.prompt)
        #expect(Set(test).count == test.count)
        #expect(train.isDisjoint(with: test))
    }

    @Test func generatorsGiveWhatTheySay() throws {
        let reverse = try InjectionTask.named(path("reverse"))
        // 5 + 25 + ... + 5^8
        #expect(reverse.problems.distinct == 488_280)
        for example in try reverse.examples(.train, count: 100) {
            let letters = example.prompt.dropFirst("Reverse ".count).dropLast(" =".count).split(separator: " ")
            #expect((1...8).contains(letters.count))
            #expect(example.answer == " " + letters.reversed().joined(separator: " "))
        }
        #expect(reverse.testSettings.map(\.name) == ["longer", "one-letter"])
        for example in try reverse.examples(.testSetting("longer"), count: 20) {
            #expect((9...12).contains(example.answer.split(separator: " ").count))
        }
        // A grammar of 9 sentences gives 9 and ends.
        #expect(try reverse.examples(.testSetting("one-letter"), count: 100).count == 9)
    }

    @Test func aFileOfExamplesGoesThroughTrainEvalAndDecode() throws {
        let folder = try MicroStudent.Folder()
        let lines = (0..<40).map { number in
            let text = (0..<6).map { (number >> $0) & 1 == 0 ? "x" : "y" }.joined(separator: " ")
            return "{\"prompt\": \"count \(text) now:\", \"answer\": \" \(text.filter { $0 == "x" }.count)\"}\n"
        }
        try Data(lines.joined().utf8).write(to: folder("examples.jsonl"))
        try Data(
            """
            program: count
            tokens: {x: [" x", x], ":": [":"], "0": [" 0", "0"], "1": [" 1", "1"], "2": [" 2", "2"], "3": [" 3", "3"],
              "4": [" 4", "4"], "5": [" 5", "5"], "6": [" 6", "6"]}
            fill: _
            end: end
            edits: digits
            generator: {file: examples.jsonl, test_share: 4}
            """.utf8
        ).write(to: folder("mine.yaml"))
        let settings = try MicroStudent.settings(
            in: folder, overrides: [("task", folder("mine.yaml").path), ("steps", "2")])
        let run = try Training.start(settings, output: folder("run")).run
        var options = ModelEvaluation.Options()
        options.suites = [.task, .ood, .decoding]
        let suites = try #require(ModelEvaluation(run: run, options: options).json["suites"])
        let n = try #require(suites["task"]?["n"]?.integer)
        // One in four of 40, by hash.
        #expect((3...20).contains(n))
        let decoded = try DecodedPrompt("count x y now:", run: LoadedRun(run))
        #expect(decoded.variables.first { $0.name == "next" }?.expected.last == .string("1"))
    }

    /// Letters that are one mark, or two spellings of what looks alike, are letters of their own, and prompts may have
    /// marks.
    @Test func lettersAndWordingsAreTakenAsTheyAreSpelt() throws {
        let letters = ["a", "\u{301}", "\u{E9}", "e\u{301}"]
        let yaml = """
            program: reverse
            prompt: "\\u0301{input}\\u0301:"
            answer: " {output}\\u0301"
            tokens: {a: [" a"]}
            generator: {alphabet: [a, "\\u0301", "\\u00E9", "e\\u0301"], lengths: [1, 3], solution: reverse}
            settings:
              "\\u00E9": {lengths: [1, 1]}
              "e\\u0301": {lengths: [2, 2]}
            """
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("task.yaml")
            try Data(yaml.utf8).write(to: file)
            let task = try InjectionTask.named(file.path)
            #expect(task.problems.distinct == 4 + 16 + 64)
            for example in try task.examples(.train, count: 60) {
                let input = example.prompt.parted(at: ":").before.unicodeScalars.dropFirst().dropLast()
                let answer = example.answer.unicodeScalars.dropFirst().dropLast()
                let (read, said) = (String(input).pieces(separatedBy: " "), String(answer).pieces(separatedBy: " "))
                #expect(read.allSatisfy { letter in letters.contains { $0.hasSameBytes(as: letter) } })
                #expect(read.map { ExactString($0) } == said.reversed().map { ExactString($0) })
            }
            // One letter and four of them, not two settings of one name.
            #expect(try task.examples(.testSetting("\u{E9}"), count: 100).count == 4)
            #expect(try task.examples(.testSetting("e\u{301}"), count: 100).count == 16)
        }
    }

    @Test(arguments: [
        ("prompt: x", "(generator)", "'generator'"),
        ("promt: x", "task.yaml:1:8 (promt)", "unknown key 'promt'"),
        (
            "program: count\nprompt: no place\ntokens: {x: x}\ngenerator: {alphabet: [x], lengths: [1, 2], solution: reverse}",
            "task.yaml:2:9 (prompt)", "{input}"
        ),
        (
            "program: count\nprompt: '{input}:'\ntokens: {x: x}\ngenerator: {alphabet: [x], lengths: [2, 1], solution: reverse}",
            "(generator.lengths)", "two whole numbers"
        ),
        (
            "program: count\nprompt: '{input}:'\ntokens: {x: x}\ngenerator: {alphabet: [x], lengths: [1, 2]}",
            "(generator.solution)", "missing"
        ),
        (
            "program: count\nprompt: '{input}:'\ntokens: {x: x}\ngenerator: {grammar: {start: ['{a} {start}'], a: [x]}, solution: reverse}",
            "(generator.grammar)", "rarely"
        ),
        (
            "program: count\nprompt: '{input}:'\ntokens: {x: x}\ngenerator: {grammar: {start: ['{b}']}, solution: reverse}",
            "(generator.grammar)", "no symbol 'b'"
        ),
        ("- a\n- b", "task.yaml", "a mapping"),
    ]) func mistakesAreNamed(yaml: String, place: String, message: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("task.yaml")
            try Data(yaml.utf8).write(to: file)
            let failure = failure { _ = try InjectionTask.named(file.path) }
            #expect(failure?.kind == .badData)
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "no failure")")
            #expect(failure?.location?.hasSuffix(place) == true, "\(failure?.location ?? "no place")")
        }
    }
}
