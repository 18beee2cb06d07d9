import Evaluation
import Foundation
import InjectionSettings
import RASP
import Serialization
import TensorCore
import TestSupport
import Testing

/// LAMBADA, SST-2 and MRPC on small files written here.
@Suite struct RetentionTests {
    @Test func scoresAreThoseOfTheWholeText() throws {
        let student = try MicroStudent.make()
        let text = student.tokenizer.encode("the quick brown fox jumps over the lazy dog")
        let split = text.count - 3
        let score = try ContinuationScore.measure(
            [
                Continuation(context: Array(text[..<split]), tokens: Array(text[split...])),
                Continuation(context: [text[0]], tokens: [text[1]]),
            ],
            student: student)
        let losses = Perplexity.losses(of: [text], student: student)[0]
        // Batches of other sizes take their sums in another order; fp32 agrees to some units of 1e-6 here.
        #expect(abs(score[0].logProbability + losses.suffix(3).reduce(0) { $0 + Double($1) }) < 1e-4)
        #expect(abs(score[1].logProbability + Double(losses[0])) < 1e-4)
    }

    @Test func aGreedyContinuationIsWhatIsGenerated() throws {
        let student = try MicroStudent.make()
        let prompt = student.tokenizer.encode("What is the number of x")
        let said = try student.model.generate(prompts: [prompt], maxNewTokens: 3)[0]
        var other = said
        other[2] = (said[2] + 1) % Int32(student.tokenizer.count)
        let scores = try ContinuationScore.measure(
            [said, other].map { Continuation(context: prompt, tokens: $0) }, student: student)
        #expect(scores.map(\.isGreedy) == [true, false])
    }

    @Test func suitesRunOnAStudentAlone() throws {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make().save(to: folder("student"))
        var options = ModelEvaluation.Options()
        options.suites = [.lambada, .sst2, .mrpc]
        (options.lambada, options.sst2, options.mrpc) = (folder("l.jsonl"), folder("s.tsv"), folder("m.tsv"))
        try write("{\"text\": \"the quick brown fox\"}\n{\"text\": \"the lazy dog\"}\n", to: folder("l.jsonl"))
        try write("sentence\tlabel\na fine film \t1\na bore\t0\na treat\t1\r\n", to: folder("s.tsv"))
        try write(
            "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\tA \"fox\" ran.\tThe fox ran.\n0\t3\t4\tA dog.\tA cat.\n1\t5\t6\tYes.\tYes.\n",
            to: folder("m.tsv"))
        for (method, n) in [(RetentionProtocol.paper, [2, 1, 1]), (.lmEval, [2, 3, 3])] {
            options.method = method
            let suites = try ModelEvaluation(student: folder("student"), options: options).json["suites"]
            let got = ["lambada", "sst2", "mrpc"].map { suites?[$0]?["n"]?.integer }
            #expect(got == n)
            #expect(suites?["sst2"]?["protocol"]?.string == method.rawValue)
        }
        // Two-shot: the first row of either label stands before every prompt, its label with it.
        let items = try BinaryChoice.sst2.items(in: folder("s.tsv"), method: .paper)
        #expect(
            items.map(\.prompt) == [
                "Review: a fine film\nSentiment: positive\n\nReview: a bore\nSentiment: negative\n\nReview: a treat\nSentiment:"
            ])
        #expect(items.map(\.label) == [1])
    }

    /// Operands of eight bits change a perplexity in the third digit at most, and do change it.
    @Test func precisionIsThatOfTheMeasurement() throws {
        let folder = try MicroStudent.Folder()
        try MicroStudent.make().save(to: folder("student"))
        try write("the quick brown fox jumps over the lazy dog", to: folder("text"))
        var options = ModelEvaluation.Options()
        (options.suites, options.text) = ([.perplexity], folder("text"))
        func perplexity(_ precision: Settings.Precision) throws -> Double {
            options.precision = precision
            return try #require(
                try ModelEvaluation(student: folder("student"), options: options).json["suites"]?["perplexity"]?[
                    "perplexity"]?.number)
        }
        let (single, half) = (try perplexity(.fp32), try perplexity(.bf16))
        #expect(abs(half / single - 1) < 0.01)
        #expect((half != single) == NumberFormat.hasBF16)
    }

    @Test(arguments: [
        ("sentence\tlabel\ngood\t1\nbad\n", "f.tsv:3", "1 columns"),
        ("sentence\tlabel\ngood\tyes\n", "f.tsv:2", "not 0 or 1"),
        ("index\tsentence\n0\tgood\n", "f.tsv:1", "no column 'label'"), ("sentence\tlabel\n", "f.tsv", "no rows"),
        ("sentence\tlabel\n \t1\n", "f.tsv:2", "empty sentence"), ("", "f.tsv", "empty"),
    ]) func badRowsAreNamed(text: String, place: String, message: String) throws {
        let folder = try MicroStudent.Folder()
        try write(text, to: folder("f.tsv"))
        let failure = failure { _ = try BinaryChoice.sst2.items(in: folder("f.tsv"), method: .lmEval) }
        #expect(failure?.kind == .badData)
        #expect(failure?.location?.hasSuffix(place) == true)
        #expect(failure?.message.contains(message) == true)
    }

    /// The harness takes sentences as they stand, and for LAMBADA's last word what follows the last blank.
    @Test func theHarnessReadsTextAsItStands() throws {
        let folder = try MicroStudent.Folder()
        let student = try MicroStudent.make()
        try write("sentence\tlabel\n a fine film \t1\n", to: folder("s.tsv"))
        let items = try BinaryChoice.sst2.items(in: folder("s.tsv"), method: .lmEval)
        #expect(items.map(\.prompt) == [" a fine film \nQuestion: Is this sentence positive or negative?\nAnswer:"])
        let texts = ["it was a dog.", "a  dog", "a b\tdog", "dog", "it was a \"dog\" "]
        try write(
            texts.map { "{\"text\": \(JSONValue.string($0).text(indented: false))}\n" }.joined(), to: folder("l.jsonl"))
        let got = try Lambada.passages(in: folder("l.jsonl")).map {
            try Lambada.continuation(of: $0, student: student, method: .lmEval)
        }
        let array = JSONValue.array(texts.map { .object(JSONObject([("text", .string($0))])) })
        try write(array.text(indented: true), to: folder("l.json"))
        #expect(try Lambada.passages(in: folder("l.json")).map(\.text) == texts)
        let wanted = [("it was a", " dog."), ("a", "  dog"), ("a", " b\tdog"), ("", " dog"), ("it was a \"dog\"", " ")]
        let end = try #require(student.endOfText)
        for (continuation, (context, word)) in zip(got, wanted) {
            let own = student.tokenizer.encode(context)
            #expect(continuation.context == (own.isEmpty ? [end] : own), "\(context)")
            #expect(
                continuation.tokens == Array(student.tokenizer.encode(context + word).dropFirst(own.count)), "\(word)")
        }
    }

    @Test func contextsThatAreTooLongAreCounted() throws {
        let student = try MicroStudent.make()
        let room = student.model.configuration.contextLength
        let word = student.tokenizer.encode("x")[0]
        let scores = try [room, room + 1].map { length in
            try ContinuationScore.measure(
                [Continuation(context: Array(repeating: word, count: length), tokens: [word])], student: student)[0]
        }
        #expect(scores.map(\.isCut) == [false, true])
        #expect(
            failure {
                _ = try ContinuationScore.measure(
                    [Continuation(context: [word], tokens: Array(repeating: word, count: room + 1))], student: student)
            }?.kind == .badData)
    }

    private func write(_ text: String, to file: URL) throws { try Data(text.utf8).write(to: file) }
    private func failure(_ body: () throws -> Void) -> Failure? {
        do { try body() } catch { return error as? Failure }
        return nil
    }
}
