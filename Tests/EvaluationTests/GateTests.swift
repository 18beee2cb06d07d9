import Basics
import Evaluation
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import TensorCore
import TestSupport
import Testing

/// `eval --method gate`: a student of random weights beside a compiled program.
@Suite struct GateTests {
    private func gated(_ task: String, logit: Double = 100) throws -> (gated: GatedStudent, task: LoadedTask) {
        var student = try MicroStudent.make()
        var settings = Settings()
        settings.task = task
        let loaded = try LoadedTask(settings: settings, tokenizer: student.tokenizer)
        student.tokenizer = loaded.tokenizer
        let gate = ProgramGate(loaded.encoder, compiled: try loaded.compile())
        return (GatedStudent(student, gate: gate, logit: logit), loaded)
    }

    /// The program answers what the student cannot: digits one by one, and words with their end.
    @Test(arguments: ["count", "shuffle-dyck", "most-frequent"]) func theProgramAnswers(_ task: String) throws {
        let (gated, loaded) = try gated(task)
        let reader = AnswerReader(student: gated.student, encoder: loaded.encoder)
        let context = gated.student.model.configuration.contextLength
        let examples = try loaded.task.examples(.test, count: 40).map(loaded.encoder.encode).filter {
            $0.contentCount <= context
        }
        try #require(examples.count > 5)
        #expect(gated.areExact(examples, reader: reader).allSatisfy { $0 })
        let silent = GatedStudent(gated.student, gate: gated.gate, logit: 1e-9)
        #expect(!silent.areExact(examples, reader: reader).contains(true))
    }

    /// Losses are those of the softmax of the raised logits; where the program says nothing, the student's own.
    @Test func lossesOfRaisedLogits() throws {
        let (gated, loaded) = try gated("count", logit: 3)
        let example = try #require(try loaded.task.examples(.test, count: 1).first)
        let tokens = try loaded.encoder.encode(example).tokens
        let silent = gated.student.tokenizer.encode("the quick brown fox jumps over the lazy dog")
        let answers = gated.gate.answers(to: tokens)
        #expect(answers.contains { $0 != nil } && answers.contains { $0 == nil })
        #expect(gated.gate.answers(to: silent).allSatisfy { $0 == nil })

        let own = Perplexity.losses(of: [tokens, silent], student: gated.student)
        let losses = gated.losses(of: [tokens, silent])
        #expect(losses[1] == own[1])
        let arena = Arena()
        let tape = Tape(arena: arena, recording: false)
        let final = gated.student.model.forward(tape, PackedBatch([tokens]), keepingStates: false).final.value
        let logits = HeadReadout.logits(final, head: gated.student.model.head.value, arena: arena)
        for position in 0..<(tokens.count - 1) {
            var row = (0..<logits.columns).map { Double(logits[position, $0]) }
            if let answer = answers[position] { row[Int(answer)] += 3 }
            let largest = row.max() ?? 0
            let sum = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
            #expect(abs(sum - row[Int(tokens[position + 1])] - Double(losses[0][position])) < 1e-3)
        }
    }

    @Test func suites() throws {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make().save(to: folder("student"))
        try Data("the quick brown fox jumps over the lazy dog\nwhat is the number\n".utf8).write(to: folder("text"))
        var options = ModelEvaluation.Options()
        (options.suites, options.prompts, options.text) = ([.task, .ood, .perplexity], 12, folder("text"))
        options.gate = ModelEvaluation.Gate(task: "count")
        let evaluation = try ModelEvaluation(folder("student").path, options: options)
        let task = try #require(evaluation.results.task)
        #expect(task.n == 12 && task.correct == task.n - task.tooLong)
        #expect(evaluation.json["method"]?.string == "gate" && evaluation.json["logit"]?.number == 100)
        // A text without anything that the program answers to is what it was.
        let perplexity = try #require(evaluation.results.perplexity?[.corpus])
        #expect(perplexity.perplexity.value == perplexity.original)
        let settings = try #require(evaluation.results.outOfDistribution?.testSettings)
        for setting in settings where setting.compiledSupports {
            #expect(setting.accuracy.correct == setting.accuracy.n - setting.accuracy.tooLong, "\(setting.name)")
        }
        #expect(settings.contains { $0.compiledSupports })
    }

    @Test func whatCannotBeMeasured() throws {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make().save(to: folder("student"))
        var options = ModelEvaluation.Options()
        options.gate = ModelEvaluation.Gate()
        options.suites = [.task]
        func failure() throws -> Failure {
            try #require(throws: Failure.self) { try ModelEvaluation(folder("student").path, options: options) }
        }
        #expect(try failure().message.contains("needs a task"))
        options.gate = ModelEvaluation.Gate(task: "count")
        options.suites = [.decoding]
        #expect(try failure().message.contains("cannot be measured by the method gate"))
        options.suites = [.task]
        options.gate = ModelEvaluation.Gate(task: "nothing")
        #expect(try failure().kind == .usage)
    }
}
