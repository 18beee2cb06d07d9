import Basics
import Discovery
import Foundation
import LanguageModels
import Resources
import Testing

@Suite struct PromptPairTests {
    private let student: Student

    init() throws { student = try Student.load(from: BundledFiles().tinyStudent(), gradients: false) }

    private func read(_ text: String, prependingBOS: Bool = false) throws -> [PromptPair] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pairs-\(UUID().uuidString).csv")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try PromptPair.read(file, for: student, prependingBOS: prependingBOS)
    }

    @Test func quotesLineEndsAndOtherColumnsAreRead() throws {
        let text =
            "\u{FEFF},clean,corrupted,correct_idx,incorrect_idx\r\n"
            + "0,\"a, \"\"b\"\"\",\"b, \"\"a\"\"\", 5 ,6\r\n\r\n1,\"two\nlines\",\"two\nlines\",7,8"
        let pairs = try read(text)
        #expect(pairs.count == 2)
        #expect(pairs[0].clean == student.tokenizer.encode("a, \"b\""))
        #expect(pairs[0].corrupted == student.tokenizer.encode("b, \"a\""))
        #expect(pairs[0].correct == 5 && pairs[0].incorrect == 6)
        #expect(pairs[1].clean == student.tokenizer.encode("two\nlines"))
    }

    @Test func theStartOfTextIsPutBefore() throws {
        let text = "clean,corrupted,correct_idx,incorrect_idx\na,b,1,2\n"
        let (plain, started) = (try read(text)[0], try read(text, prependingBOS: true)[0])
        #expect(started.clean == [try #require(student.endOfText)] + plain.clean)
        #expect(started.corrupted.count == started.clean.count)
    }

    /// What is wrong, in which line, and no crash.
    @Test(
        arguments: [
            ("", "empty", nil), ("clean,corrupted,correct_idx,incorrect_idx\n", "no rows", nil),
            ("clean,corrupted,correct_idx\na,b,1\n", "incorrect_idx", 1),
            ("clean,corrupted,correct_idx,incorrect_idx\na,b,1,2\na,b,1\n", "3 fields", 3),
            ("clean,corrupted,correct_idx,incorrect_idx\n\"a\nb\",\"a\nb\",1,2\na,a b c d,1,2\n", "tokens", 5),
            ("clean,corrupted,correct_idx,incorrect_idx\na,b,1.5,2\n", "correct_idx", 2),
            ("clean,corrupted,correct_idx,incorrect_idx\na,b,1,99999999999999999999\n", "incorrect_idx", 2),
            ("clean,corrupted,correct_idx,incorrect_idx\na,b,1,-1\n", "incorrect_idx", 2),
            ("clean,corrupted,correct_idx,incorrect_idx\n,,1,2\n", "0 tokens", 2),
            ("clean,corrupted,correct_idx,incorrect_idx\n\"a,b,1,2\n", "does not end", 2),
            ("clean,corrupted,correct_idx,incorrect_idx\n\"a\"x,b,1,2\n", "closing", 2),
            ("clean,corrupted,correct_idx,incorrect_idx\na\"x,b,1,2\n", "double quote", 2),
        ] as [(String, String, Int?)])
    func mistakesAreNamed(text: String, what: String, line: Int?) throws {
        do {
            _ = try read(text)
            Issue.record("read: \(text)")
        } catch let failure as Failure {
            #expect(failure.kind == .badData && failure.message.contains(what), "\(failure)")
            if let line { #expect(failure.location?.hasSuffix(".csv:\(line)") == true, "\(failure)") }
        }
    }
}
