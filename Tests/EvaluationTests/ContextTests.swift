import Basics
import Evaluation
import Foundation
import Injection
import LanguageModels
import RASP
import TestSupport
import Testing
import TrainingEngine

/// Prompts of `count` that stand in texts, read by a micro student.
@Suite(.serialized) struct ContextTests {
    private typealias Placed = (cell: ContextResult.Cell, number: Int, prompt: PlacedPrompt)

    private let folder: MicroStudent.Folder
    private let run: LoadedRun
    private let placer: PromptPlacer
    private let context: Int

    init() throws {
        folder = try MicroStudent.Folder()
        let settings = try MicroStudent.settings(in: folder, overrides: [("steps", "2")])
        run = try LoadedRun(Training.start(settings, output: folder("run")).run)
        context = run.student.model.configuration.contextLength
        let prose = run.student.tokenizer.encode(
            [String](repeating: "A quick fox is not lazy; is x a number? It is. ", count: 40).joined())
        placer = try PromptPlacer(run, count: 12, prose: prose, seed: 7)
    }

    /// All prompts of all cells that were placed.
    private func placed() throws -> [Placed] {
        try placer.cells.flatMap { cell in
            try placer.prompts.indices.compactMap { number in
                guard case .placed(let prompt) = try placer.place(number, in: cell) else { return nil }
                return (cell, number, prompt)
            }
        }
    }

    /// The program counts every x before the colon, wherever it stands: no interpreter is needed to say how many.
    @Test func theAnswerIsTheProgramsOwnForTheWholeText() throws {
        var others: Set<ContextResult.Kind> = []
        for (cell, number, prompt) in try placed() {
            let count = prompt.encoded.atoms[..<prompt.encoded.promptCount].count { $0 == "x" }
            let answer = run.student.tokenizer.decode(Array(prompt.encoded.answer))
            #expect(answer == " \(count)", "\(cell.kind), \(cell.size ?? 0)")
            if prompt.encoded.answer != placer.prompts[number].answer { others.insert(cell.kind) }
        }
        // The contexts do hold what is counted, so that an answer to the prompt alone would be another.
        #expect(others.isSuperset(of: [.text, .several]))
        #expect(others.isDisjoint(with: [.start, .bos, .newline, .behind]))
    }

    @Test func valuesAreTheInterpretersOnTheWholeText() throws {
        let n = try #require(run.layout.variables.firstIndex { $0.name == "n" })
        for (_, _, prompt) in try placed() {
            var count = 0
            let expected = run.task.encoder.atoms(of: prompt.tokens).map { atom -> Atom? in
                count += atom == "x" ? 1 : 0
                return .int(count)
            }
            #expect(prompt.values?[n] == expected)
        }
    }

    @Test func textsHaveTheLengthsOfTheirCells() throws {
        let end = try #require(run.student.endOfText)
        let newline = run.student.tokenizer.encode("\n")
        let placed = try placed()
        #expect(Set(placed.map(\.cell.kind)) == Set(ContextResult.Kind.allCases))
        for (cell, number, prompt) in placed {
            let before = prompt.tokens[..<prompt.before]
            let original = placer.prompts[number]
            #expect(prompt.count <= context)
            #expect(prompt.count == prompt.before + prompt.own.count + prompt.behind.count)
            if cell.kind != .behind { #expect(prompt.behind.isEmpty) }
            if cell.kind != .wording {
                #expect(prompt.tokens[prompt.before...].starts(with: original.prompt))
            }
            switch cell.kind {
            case .start, .wording: #expect(before.isEmpty)
            case .bos: #expect(Array(before) == [end])
            case .newline: #expect(Array(before) == newline)
            case .text, .random:
                if let size = cell.size { #expect(prompt.before == size) }
                // A shorter context can need a shorter answer.
                if cell.fills { #expect((context - 2...context).contains(prompt.count)) }
                if cell.kind == .random { #expect(!before.contains(end)) }
            case .several:
                let answers = placer.prompts.indices.filter { other in
                    let text = placer.prompts[other].tokens[..<placer.prompts[other].contentCount] + newline
                    return other != number && before.count >= text.count
                        && before.indices.contains { before[$0...].starts(with: text) }
                }
                #expect(answers.count == cell.size)
            case .behind: #expect(before.isEmpty && prompt.behind.count == cell.size ?? context - prompt.own.count)
            }
        }
        for kind in [ContextResult.Kind.text, .random] {
            let sizes = placer.cells.filter { $0.kind == kind }.map(\.size)
            #expect(sizes.dropLast() == sizes.indices.dropLast().map { 1 << $0 } && sizes.last == .some(nil))
            #expect(sizes.count > 5)
        }
    }

    @Test func inputAndLastTokenOfARewordedPromptStay() throws {
        for (cell, number, prompt) in try placed() where cell.kind == .wording {
            let original = placer.prompts[number]
            let span = run.task.encoder.inputSpan(of: Array(original.prompt))
            #expect(prompt.encoded.promptCount == original.promptCount && !span.isEmpty)
            #expect(prompt.tokens[span] == original.tokens[span])
            #expect(prompt.encoded.prompt.last == original.prompt.last)
            #expect(zip(prompt.tokens, original.prompt).filter { $0 != $1 }.count > span.lowerBound / 2)
        }
    }

    @Test func aPlaceDependsOnSeedAndNumberAlone() throws {
        let cell = try #require(placer.cells.last { $0.kind == .random })
        let tokens = try [1, 1, 2].map { number -> [Int32]? in
            guard case .placed(let prompt) = try placer.place(number, in: cell) else { return nil }
            return Array(prompt.tokens[..<8])
        }
        #expect(tokens[0] == tokens[1] && tokens[0] != tokens[2])
    }

    /// Without anything around it, a prompt is measured as the other suites measure it.
    @Test func theSuiteAgreesWithTheOthersAtTheStart() throws {
        var options = ModelEvaluation.Options()
        options.suites = [.task, .decoding, .context]
        (options.prompts, options.decodedPrompts, options.contextPrompts) = (6, 6, 6)
        let evaluation = try ModelEvaluation(run: run.directory, options: options)
        let result = try #require(evaluation.results.context)
        let start = try #require(result.total(of: .start))
        let decoding = try #require(evaluation.results.decoding)
        #expect(start.accuracy == evaluation.results.task?.proportion)
        #expect(start.decoded?.value == decoding.agreement && start.decoded?.unrepresented == 0)
        #expect(start.variables.map(\.own.n) == decoding.variables.map(\.n))
        #expect(start.variables.map(\.own.value) == decoding.variables.map(\.agreement))
        #expect(start.decodedAround == nil && (start.exchanges?.output.n ?? 0) > 0)

        for cell in result.cells {
            #expect(cell.accuracy.n + cell.unanswered + cell.tooLong == result.prompts)
            // No text that fills the student's context is short enough for the compiled program.
            if cell.fills { #expect(cell.exchanges == nil && cell.decodedAround != nil) }
        }
        // Positions beyond the longest text of the compiled program have no direction.
        #expect((result.cells(of: .text).last?.decoded?.unrepresented ?? 0) > 0)
        let text = try #require(result.total(of: .text))
        #expect(text.accuracy.n == result.cells(of: .text).reduce(0) { $0 + $1.accuracy.n })

        let json = evaluation.results.json.text(indented: false)
        #expect(EvaluationResults(try JSONParser.parse(json)).json.text(indented: false) == json)
        #expect(evaluation.rows.count { $0[0] == "context" } == result.cells.count + 4)
    }

    @Test func contextsComeFromALongTextThatWasNotTrainedOn() throws {
        var options = ModelEvaluation.Options()
        (options.suites, options.text) = ([.context], folder("text.txt"))
        try Data("a quick fox".utf8).write(to: folder("text.txt"))
        let short = #expect(throws: Failure.self) { try ModelEvaluation(run: run.directory, options: options) }
        #expect(short?.kind == .badData && short?.message.contains("needs the \(context)") == true)

        let settings = try MicroStudent.settings(
            in: folder, overrides: [("steps", "2"), ("text.file", folder("text.txt").path)])
        let other = try Training.start(settings, output: folder("other")).run
        let trained = #expect(throws: Failure.self) { try ModelEvaluation(run: other, options: options) }
        #expect(trained?.kind == .usage && trained?.message.contains("trained on") == true)
    }
}
