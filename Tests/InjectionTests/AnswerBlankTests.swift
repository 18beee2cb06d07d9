import Foundation
import Injection
import InjectionSettings
import LanguageModels
import RASP
import TestSupport
import Testing

/// Answers begin with a blank. Tokenizers that part it from what follows leave it to the prompt.
@Suite struct AnswerBlankTests {
    private func tokenizer(_ cut: TokenizerCut, for task: InjectionTask) throws -> Tokenizer {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make(layers: 1).save(to: folder("student"))
        try cut.apply(to: folder("student"))
        return try Tokenizer.load(folder("student")).removingMerges { left, right in
            task.edits.contains { $0.removes(left, right) }
        }
    }

    private static func parts(_ cut: TokenizerCut, _ task: String) -> Bool { cut != .gpt2 && task != "shuffle-dyck" }

    /// Prompt and answer together are cut as the whole text is, and the program solves the task in these tokens.
    @Test(arguments: TokenizerCut.allCases, InjectionTask.builtInNames)
    func textsAreCutAsAWhole(cut: TokenizerCut, name: String) throws {
        for prompts in [Settings.Data.Prompts.paper, .authors] {
            let task = try InjectionTask.named(name, prompts: prompts)
            let tokenizer = try tokenizer(cut, for: task)
            let encoder = try TaskEncoder(task: task, tokenizer: tokenizer)
            let examples = try task.examples(.train, count: 20) + task.examples(.test, count: 20)
            for example in examples {
                let encoded = try encoder.encode(example)
                #expect(
                    Array(encoded.tokens[..<encoded.contentCount]) == tokenizer.encode(example.prompt + example.answer))
                #expect(try Array(encoded.prompt) == encoder.tokens(ofText: example.prompt))
                let last = encoded.prompt.last.map { tokenizer.piece($0) }
                #expect((last == " ") == Self.parts(cut, name), "\(cut) \(name): \(last ?? "")")
            }
            let program = try bundledProgram(task)
            let interpreter = Interpreter(causal: true)
            let report = try encoder.check(examples) { try interpreter.evaluate(program.output, on: $0) }
            #expect(report.examples == examples.count)
        }
    }

    @Test func theProgramReadsTheBlankAsTheTokenBeforeIt() throws {
        let task = InjectionTask.count()
        let tokenizer = try tokenizer(.qwen, for: task)
        let encoder = try TaskEncoder(task: task, tokenizer: tokenizer)
        let encoded = try encoder.encode(task.wording.example(Problem("x y x", "12")))
        #expect(encoded.atoms.suffix(4) == [":", ":", "1", "2"])
        #expect(encoded.answerCount == 2 && encoded.answer.map { tokenizer.piece($0) } == ["1", "2"])
        // A blank that stands anywhere else is what it was.
        let blank = try #require(tokenizer.token(piece: " "))
        #expect(encoder.atoms(of: [blank, try #require(tokenizer.token(piece: " x")), blank]) == ["_", "x", "_"])
        // The text goes on with its answer, or has none of it yet.
        #expect(try encoder.tokens(ofText: "x y x").last != blank)
        #expect(try encoder.tokens(ofText: "Answer: 12") == tokenizer.encode("Answer: 12"))
    }

    /// Where no token is the blank alone, nothing changes.
    @Test func aTokenizerThatKeepsTheBlankKeepsThePrompt() throws {
        let task = InjectionTask.intSum()
        let tokenizer = try tokenizer(.gpt2, for: task)
        let encoded = try TaskEncoder(task: task, tokenizer: tokenizer).encode(
            task.wording.example(Problem("1 + 2", "3")))
        #expect(Array(encoded.prompt) == tokenizer.encode("1 + 2 ="))
        #expect(Array(encoded.answer) == tokenizer.encode(" 3"))
    }

    /// Words that are told by their first token are told by the first that is not the blank.
    @Test func wordsOfSeveralTokensAreToldApart() throws {
        let encoder = try TaskEncoder(task: .shuffleDyck(), tokenizer: PieceTokenizer.bytes)
        let example = InjectionTask.shuffleDyck().wording.example(Problem("()", "Yes"))
        let encoded = try encoder.encode(example)
        #expect(PieceTokenizer.bytes.decode(Array(encoded.answer)) == "Yes")
        #expect(encoded.atoms[encoded.promptCount - 1] == "compute")
    }
}
