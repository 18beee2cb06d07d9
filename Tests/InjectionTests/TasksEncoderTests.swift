import Injection
import InjectionSettings
import RASP
import Testing

@Suite struct TasksEncoderTests {
    /// The interpreter stands in for the compiled model here: the compiler's tests hold the two equal.
    private func check(
        _ task: InjectionTask, _ tokenizer: PieceTokenizer = .words, _ examples: [Example]
    ) throws -> TaskEncoder.OracleReport {
        let program = try bundledProgram(task)
        let interpreter = Interpreter(causal: true)
        return try TaskEncoder(task: task, tokenizer: tokenizer).check(examples) {
            try interpreter.evaluate(program.output, on: $0)
        }
    }

    @Test(arguments: InjectionTask.builtInNames, [Settings.Data.Prompts.paper, .authors])
    func programsSolveTheirTasks(name: String, prompts: Settings.Data.Prompts) throws {
        let task = try InjectionTask.named(name, prompts: prompts)
        let examples = try task.examples(.train, count: 60) + task.examples(.test, count: 60)
        let report = try check(task, .words, examples)
        #expect(report.examples == 120)
        #expect(report.checksEnd == (name != "shuffle-dyck"))
        #expect(report.positions >= 120)
    }

    @Test(arguments: [
        ("count", "x-only"), ("count", "y-to-z"), ("int-sum", "cascading-overflow"),
        ("shuffle-dyck", "almost-balanced"),
    ])
    func programsSolveTheSupportedSettings(name: String, setting: String) throws {
        let task = try InjectionTask.named(name)
        _ = try check(task, .words, task.examples(.testSetting(setting), count: 60))
    }

    @Test func anXInsideAWordIsNotCountedSilently() throws {
        // One byte a token: the x of "text" becomes the program's x.
        let refusal = try #require(
            failure { _ = try check(.count(), .bytes, InjectionTask.count().examples(.train, count: 1)) })
        #expect(refusal.kind == .badData)
        #expect(refusal.message.contains("disagree"), "\(refusal)")
        #expect(refusal.location?.contains("What is the number of 'X'") == true, "the example is not named: \(refusal)")
        #expect(refusal.remedy?.contains("'x' as 'x'") == true, "what the program saw is not shown: \(refusal)")
    }

    @Test func aTriggerThatIsNotTranslatedIsRefused() throws {
        // The slip of the authors' program: "=" is translated to the fill token.
        var task = InjectionTask.intSum()
        task.tokens.rules.removeAll { $0.atom == "=" }
        let refusal = try #require(failure { _ = try check(task, .words, task.examples(.train, count: 1)) })
        #expect(refusal.message.contains("the program gives '_'"), "\(refusal)")
    }

    @Test func wrongLabelsAreRefusedAtTheirPosition() throws {
        let task = InjectionTask.count()
        let good = task.wording.example(Problem("x y x", "2"))
        for wrong in [" 3", " 22", " z"] {
            let refusal = failure { _ = try check(task, .words, [good, Example(prompt: good.prompt, answer: wrong)]) }
            #expect(refusal?.kind == .badData)
            #expect(refusal?.location?.contains(wrong) == true, "\(wrong) passed")
        }
        let short = task.wording.example(Problem("x x x x x x x x x x x x", "1"))
        // The first digit is right, and the program goes on where the label ends.
        #expect(
            failure { _ = try check(task, .words, [short]) }?.message.contains("gives '2', the label needs 'end'")
                == true)
    }

    @Test func tokensLieOverAtoms() throws {
        let encoder = try TaskEncoder(task: .count(), tokenizer: PieceTokenizer.words)
        let example = InjectionTask.count().wording.example(Problem("x y x", "12"))
        let encoded = try encoder.encode(example)
        #expect(encoded.atoms.count == encoded.tokens.count)
        #expect(encoded.atoms.filter { $0 == "x" }.count == 2)
        #expect(encoded.atoms[encoded.promptCount - 1] == ":")
        #expect(Array(encoded.atoms.suffix(2)) == ["1", "2"])
        #expect(encoded.answerCount == 2)
        #expect(encoded.predicting == encoded.promptCount - 1..<encoded.tokens.count)
        #expect(encoded.supervised == Array(encoded.predicting))
        #expect(encoded.targets == Array(encoded.answer) + [PieceTokenizer.words.endOfText])
        // The longest prompt has 40 characters and a number of two digits.
        let longest = try encoder.encode(
            InjectionTask.count().wording.example(
                Problem(Array(repeating: "y", count: 40).joined(separator: " "), "10")))
        #expect(encoder.longest == longest.tokens.count)
    }

    @Test func supervisionAndPadding() throws {
        let example = InjectionTask.count().wording.example(Problem("x y x", "2"))
        func encode(_ supervision: Settings.Loss.Supervision, _ padding: Settings.Batch.Padding = .none) throws
            -> EncodedExample
        {
            try TaskEncoder(task: .count(), tokenizer: PieceTokenizer.words, supervision: supervision, padding: padding)
                .encode(example)
        }
        let answer = try encode(.answer)
        #expect(answer.targets == Array(answer.answer))
        // " 2" has two characters and one token: the authors train the end-of-text token too.
        let characters = try encode(.characters)
        #expect(characters.targets == Array(answer.answer) + [PieceTokenizer.words.endOfText])
        let padded = try encode(.answer, .longest)
        #expect(padded.tokens.count == (try TaskEncoder(task: .count(), tokenizer: PieceTokenizer.words)).longest)
        #expect(padded.contentCount == answer.tokens.count)
        #expect(padded.atoms.last == "end")
    }

    /// After an intervention the program outputs something else than the answer; what is due is spelt as the answer is.
    @Test func answersAfterAnIntervention() throws {
        let tokenizer = PieceTokenizer.words
        let encoder = try TaskEncoder(task: .count(), tokenizer: tokenizer)
        let encoded = try encoder.encode(InjectionTask.count().wording.example(Problem("x y x", "12")))
        var output = [Atom?](repeating: "_", count: encoded.atoms.count)
        func due() -> [[Int32]] {
            encoder.answer(of: encoded, after: output).map { [Int32($0.position - encoded.promptCount + 1), $0.token] }
        }
        // The filler is nothing that an answer has.
        #expect(due().isEmpty)
        output.replaceSubrange(encoded.predicting, with: ["1", "2", "end"])
        #expect(due() == zip(0..., encoded.targets).map { [$0, $1] })
        output.replaceSubrange(encoded.predicting, with: ["7", "end", nil])
        #expect(due() == [[0, tokenizer.encode(" 7")[0]], [1, try #require(tokenizer.endOfText)]])
        output.replaceSubrange(encoded.predicting, with: ["1", "7", "_"])
        #expect(due() == [[0, encoded.targets[0]], [1, tokenizer.encode("7")[0]]])
    }

    /// An answer that is a word: the program says its first token, and of another word's further tokens nothing is
    /// known.
    @Test func wordsAfterAnIntervention() throws {
        let tokenizer = PieceTokenizer([" Y", " N"])
        let encoder = try TaskEncoder(task: .shuffleDyck(), tokenizer: tokenizer)
        let map = try #require(encoder.task.tokens.answers)
        let encoded = try encoder.encode(try #require(try InjectionTask.shuffleDyck().examples(.train, count: 1).first))
        for rule in map {
            var output = [Atom?](repeating: nil, count: encoded.atoms.count)
            for position in encoded.predicting { output[position] = rule.atom }
            let due = encoder.answer(of: encoded, after: output)
            #expect(due.map { $0.position } == [encoded.promptCount - 1])
            #expect(tokenizer.decode(due.map { $0.token }) == String(rule.pieces[0].prefix(2)))
        }
    }

    @Test func clashesAndMissingPiecesAreRefused() throws {
        var missing = InjectionTask.count()
        missing.tokens.rules.append(TokenMap.Rule("q", [" nowhere"]))
        #expect(
            failure { _ = try TaskEncoder(task: missing, tokenizer: PieceTokenizer.words) }?.message.contains(
                "' nowhere'") == true)
        var clash = InjectionTask.count()
        clash.tokens.rules.append(TokenMap.Rule("q", [" x"]))
        #expect(
            failure { _ = try TaskEncoder(task: clash, tokenizer: PieceTokenizer.words) }?.message.contains(
                "stands for both") == true)
    }

    @Test func editsTakeGluedMergesOut() {
        #expect(TokenizerEdit.digits.removes("1", "2") && TokenizerEdit.digits.removes(" 1", "0"))
        #expect(!TokenizerEdit.digits.removes(" ", "1") && !TokenizerEdit.digits.removes("a", "1"))
        #expect(TokenizerEdit.brackets.removes(" ", "(") && TokenizerEdit.brackets.removes(")", "."))
        #expect(!TokenizerEdit.brackets.removes(" ", "a"))
    }
}
