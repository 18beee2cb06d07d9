import Foundation
import RASP
import Testing

/// Text is code points, as in the reference's host language, and what is shown of it can be read.
@Suite struct TextTests {
    private func transcript(_ lines: String...) -> String {
        let session = Session(style: .transcript)
        return lines.map { session.feed($0).output }.joined()
    }

    @Test func wholeLinesOfCommentAreDroppedInsideStatements() {
        #expect(transcript("d = {\"k\": 1,", "  # \"b\": 2,", "\"m\": 4};").contains("dict: d = {'k': 1, 'm': 4}"))
        #expect(
            transcript("# first", "def f(a) {", "# inside", "return a;", "# before the brace", "}", "f(5);").contains(
                "out =  5"))
        // Behind something else a comment is read, and refused within a statement.
        #expect(transcript("d = [1, # one", "2];").contains("antlr exception"))
        let options = ProgramOptions(strict: true)
        #expect(throws: Never.self) {
            try Program(source: "x = indices +\n   # a note\n 1;", name: "x", options: options)
        }
        #expect(throws: RASPError.self) {
            try Program(source: "x = indices + # a note\n 1;", name: "x", options: options)
        }
    }

    @Test func examplesAndErrorsAreShownWhole() {
        let long = String(repeating: "one two three ", count: 9)
        let shown = transcript(
            "set example \"\(long)\"", "indices * 0;", "aggregate(select(indices + 1, indices, ==), tokens);")
        #expect(shown.contains("(\"\(long)\") = [0]*\(long.unicodeScalars.count) (ints)"))
        #expect(shown.contains("\t\t (0, 'o', 'n', 'e', ' '"))
        #expect(
            transcript("show example", "set example [\"a\", \"é\"]", "show example").contains(
                "s-op example: ['a', 'é']"))
    }

    @Test func spellingsAreDifferentTexts() throws {
        // One scalar, and two that look alike; the Greek question mark ends no statement.
        let program = try Program(source: "x = 1 if tokens == \"e\u{301}\" else 0;", name: "x")
        let values = try Interpreter().run(program, on: ["\u{E9}", "e\u{301}"]).output
        #expect(values == [.int(0), .int(1)])
        #expect(throws: RASPError.self) { try Program(source: "x = indices\u{37E}", name: "x") }
        let dictionary = Session().feed(
            "[{\"\u{E9}\": 1, \"e\u{301}\": 2}[\"\u{E9}\"], len([c for c in {\"\u{E9}\": 1, \"e\u{301}\": 2}])];"
        ).output
        #expect(dictionary.contains("[1, 2]"))
    }

    @Test func filesThatLookAlikeLoadEachOther() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rasp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (one, two) = (folder.path + "/\u{E9}.rasp", folder.path + "/e\u{301}.rasp")
        try Data("load \"e\u{301}\"; y = x + 1;".utf8).write(to: URL(fileURLWithPath: one))
        try Data("x = indices;".utf8).write(to: URL(fileURLWithPath: two))
        let program = try Program.load(contentsOf: URL(fileURLWithPath: one))
        #expect(try Interpreter().run(program, on: ["a"]).output == [.int(1)])
    }

    @Test(arguments: [
        ("it's", "\"it's\""), ("'\u{301}", "\"'\u{301}\""), ("\\\u{301}", "'\\\\\u{301}'"),
        ("a\tb\u{7}\u{200D}", "'a\\tb\\x07\\u200d'"),
        ("日本", "'日本'"),
    ]) func stringsAreSpelledAsPythonDoes(text: String, literal: String) {
        #expect(Atom.string(text).quoted == literal)
    }

    @Test func aTraceShowsWhatTheOutputDoesNotNeed() throws {
        let source = "unused = indices * 2; number = tokens_int; again = unused; y = indices;"
        let program = try Program(source: source, name: "y")
        let (evaluation, findings) = try Interpreter().runTracing(program, on: ["7", "8"])
        #expect(evaluation.variables.map(\.name) == ["unused", "number", "again", "y"])
        #expect(evaluation["again"] == [.int(0), .int(2)] && findings.isEmpty)
        // What has no values on an input takes nothing from the output.
        let letters = try Interpreter().runTracing(program, on: ["a", "b"])
        #expect(letters.evaluation.output == [.int(0), .int(1)] && letters.evaluation["number"] == [nil, nil])
        #expect(letters.findings.map(\.severity) == [.warning])
    }

    @Test(arguments: [
        ("ab", 2), ("日本", 4), ("한", 2), ("\u{1112}\u{1161}", 2), ("e\u{301}", 1), ("👩‍🚀", 2), ("🇩🇪", 2), ("❤️", 2), ("", 0),
    ]) func widthsAreThoseOfATerminal(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func whatCannotBeSeenIsSpelled() {
        #expect(VisibleText.token(" a\r\n\u{7}") == "␣a\\r⏎\\x07")
        #expect(VisibleText.token(" \u{301}") == "␣\u{301}")
        #expect(VisibleText.cell("\u{301}") == "\u{25CC}\u{301}")
        #expect(VisibleText.quoted("a\u{202E}\n") == "\"a\\u202e\\n\"")
    }
}
