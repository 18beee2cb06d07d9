import Foundation
import RASP
import Testing

/// The reference implementation's quirks, and what is done about each: kept, mended or refused.
@Suite struct QuirkTests {
    typealias Case = LanguageTests.Case

    private func check(_ testCase: Case) {
        #expect(LanguageTests.outcome(testCase.source) == testCase.shown, "\(testCase.source)")
    }

    private func findings(_ source: String) -> [Diagnostic] { Session().feed(source).diagnostics }

    // spec §Q1 precedence is kept, and the traps are warned of
    @Test func precedenceIsKeptAndWarnedOf() {
        check(Case(#"not "a" in tokens;"#, "[F]*5 (bools)"))
        #expect(findings(#"not "a" in tokens;"#).map(\.code) == [.precedence])
    }

    // spec §Q2 comments anywhere; spec §Q3 a missing ; swallows nothing; spec §Q4 two statements on a line;
    // spec §Q5 a comment in a block ends with its line; spec §Q12 an optional ; after commands and blocks
    @Test(arguments: [
        Case("x = indices + # note\n 1; y = 2; y;", "2"), Case("m = 1\nn = 2;", "error syntax"),
        Case("a=1; b=2; a + b;", "3"),
        Case("def f() { # note\n a = 2;\n return a; }\nf();", "2"),
        Case("set example \"ab\";\nindices;", "[0, 1] (ints)"), Case("def f() { return 3; }; f();", "3"),
    ]) func layoutIsFree(_ testCase: Case) { check(testCase) }

    // spec §Q6 an application's result is a list; spec §Q8 unpacking what cannot be; spec §Q18 an s-op inside a list
    @Test(arguments: [
        Case("x = tokens(\"hi\"); x + [\"!\"];", "['h', 'i', '!']"), Case("x = indices(\"abc\"); x[2];", "2"),
        Case("a, b = 5;", "error type"),
        Case("a, b = tokens;", "error type"), Case("1 in [tokens];", "error type"),
    ]) func resultsAndLists(_ testCase: Case) { check(testCase) }

    // spec §Q7 names belong to bindings
    @Test func bindingANameDoesNotRenameTheValue() throws {
        let program = try Program(source: "a = indices + 1; b = a; c = b * a;", name: "c")
        #expect(program.variables.map(\.name) == ["a", "c"])
    }

    // spec §Q9 arguments are evaluated once: nested calls cost their depth, not 2 to its power
    @Test func nestedCallsAreLinear() throws {
        let nested = String(repeating: "f(", count: 60) + "0" + String(repeating: ")", count: 60)
        var limits = Limits()
        limits.steps = 2_000
        #expect(throws: Never.self) {
            try Program(
                source: "def f(x) { return x + 1; } n = \(nested); x = indices + n;", name: "x",
                options: .init(limits: limits))
        }
    }

    // spec §Q10 the value of an index is said; spec §Q15 and position, token and operands
    @Test func errorsNameValuesAndPositions() throws {
        #expect(findings("[5, 6][7];").first?.message.contains("7") == true)
        let found = try #require(findings("[5, 6][indices];").first)
        #expect(
            found.message.contains("2") && found.message.contains("position 2") && found.message.contains("token \"l\"")
        )
    }

    // spec §Q11 input and output of one example are shown together
    @Test func fullDisplayShowsTheInputOfTheOutput() {
        let session = Session()
        _ = session.feed("set s-op example \"abc\"")
        _ = session.feed("full seq display on")
        let lines = session.feed("tokens;").output.split(separator: "\n")
        #expect(
            lines.contains { $0.contains("input:") && $0.contains("a b c") }
                && lines.contains { $0.contains("output:") && $0.contains("a b c") })
    }

    // spec §Q13 a position past the end gives 0; spec §Q14 both operands are evaluated
    @Test(arguments: [
        Case("indices[10];", "[0]*5 (ints)"), Case("0 and 1/0;", "error value"), Case("1 or 1/0;", "error value"),
    ])
    func keptAsTheyAre(_ testCase: Case) { check(testCase) }

    @Test(
        arguments: [
            ("tokens[10];", "position 10"), ("indices[-6];", "position -6"),
            ("load_from_location(indices, 5);", "position 5"),
            ("tokens[4];", nil), ("tokens[-5];", nil), ("aggregate(select(indices, 10, ==), tokens, \"?\");", nil),
        ] as [(String, String?)]) func aPositionPastTheEndIsToldOf(source: String, words: String?)
    {
        let session = Session()
        let found = session.feed(source).diagnostics
        #expect(found.count == (words == nil ? 0 : 1))
        #expect(
            found.allSatisfy {
                $0.severity == .warning && $0.message.contains(words ?? "?")
                    && $0.span?.text == String(source.dropLast())
            })
        #expect(session.feed("out;").diagnostics.isEmpty)
    }

    // spec §Q16 what only the host language means is refused, repetition is not
    @Test(arguments: [
        Case("\"%d\" % 3;", "error type"), Case("(-8) ^ 0.5;", "error value"), Case("\"ab\" * 2;", "\"abab\""),
        Case("[1] * 2;", "[1, 1]"),
    ])
    func hostSemantics(_ testCase: Case) { check(testCase) }

    // spec §Q17 a dictionary may be in a loaded file; spec §Q19 findings in the order of the source
    @Test func filesWithDictionariesAndErrorsInOrder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rasp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("d = {\"a\": 1};".utf8).write(to: folder.appendingPathComponent("dict.rasp"))
        try Data("load \"dict\"; x = d[tokens];".utf8).write(to: folder.appendingPathComponent("x.rasp"))
        let program = try Program.load(contentsOf: folder.appendingPathComponent("x.rasp"))
        #expect(try Interpreter().run(program, on: ["a"]).output == [1])
        let lines = findings("a = 1/0; b = nope; c = [1][5];").compactMap { $0.span?.start.column }
        #expect(lines.count == 3 && lines == lines.sorted())
    }

    // spec §6.10 trial evaluation is strict mode's: the standard one waits for an input
    @Test func definitionsAreTriedOnTheExampleInStrictModeOnly() {
        let transcript = Session(style: .transcript)
        #expect(!transcript.feed("x = tokens_int + 1;").output.contains("s-op: x"))
        #expect(transcript.feed("x;").output.contains("Undefined variable"))
        let standard = Session()
        #expect(!standard.feed("x = tokens_int + 1;").diagnostics.contains { $0.severity == .error })
        #expect(LanguageTests.outcome("x([\"4\"]);", in: standard) == "[5] (ints)")
    }
}
