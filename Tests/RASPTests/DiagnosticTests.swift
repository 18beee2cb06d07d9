import Foundation
import RASP
import Testing

@Suite struct DiagnosticTests {
    private func findings(_ source: String, options: ProgramOptions = .init()) -> [Diagnostic] {
        do { return try Program(source: source, name: "x", options: options).warnings } catch {
            return (error as? RASPError)?.diagnostics ?? []
        }
    }

    // spec §13 errors
    @Test func anErrorShowsPlaceLineCaretAndFix() throws {
        let text = try #require(findings("x = tokens;\n\ty = lenght + 1;").first).rendered
        #expect(
            text == """
                x.rasp:2:6: error: lenght is not defined [undefined-name]
                  \ty = lenght + 1;
                  \t    ^~~~~~
                  fix: did you mean length?
                """)
    }

    @Test func severalErrorsAreFoundInOneRunWithoutConsequences() {
        let found = findings("a = 1 +;\nb = a + 1;\nc = nope;\nd = c + b;\ne = 1/0;\nx = tokens;")
        #expect(found.map(\.code) == [.syntax, .undefinedName, .value])
        #expect(found.compactMap { $0.span?.start.line } == [1, 3, 5])
    }

    @Test func aMissingSemicolonIsSaidWhereItIsMissing() throws {
        let found = findings("m = 1\nx = indices;")
        #expect(found.count == 1)
        #expect(found.first?.span?.location == "x.rasp:1:6" && found.first?.fixIt?.replacement == ";")
    }

    @Test func commentsMayStandAnywhereExceptInStrictMode() throws {
        let source = "x = indices + # one more\n  1;"
        #expect(findings(source).isEmpty)
        #expect(findings(source, options: .init(strict: true)).map(\.code) == [.strict])
    }

    @Test(arguments: ["// one more\nx = indices;", "/* one more */\nx = indices;", "x = indices; // one\ny = x;"])
    func commentsOfOtherLanguagesAreHintedAt(source: String) {
        let found = findings(source)
        #expect(found.first?.code == .syntax && found.first?.notes.contains { $0.contains("begins with #") } == true)
    }

    @Test func theWordsOfPickAreSaid() {
        let found = findings("x = pick(select(tokens, tokens, ==), indices, 0, latest);")
        #expect(found.map(\.message) == ["pick takes first, last or closest as its last argument, not latest"])
        #expect(found.first?.span?.text == "latest")
        #expect(findings("w = \"first\";\nx = pick(select(tokens, tokens, ==), indices, 0, w);").isEmpty)
        let poisoned = findings("w = nope;\nx = pick(select(tokens, tokens, ==), indices, 0, w);")
        #expect(poisoned.map(\.code) == [.undefinedName])
    }

    @Test(arguments: [
        "x = select (1, 1, ==); y = indices;", "y = tokens != \"a\";", "def f() { return 1; }; y = indices;",
        "set example \"a\"; y = indices;",
    ]) func strictModeRefusesWhatTheReferenceRefuses(source: String) {
        #expect(findings(source).allSatisfy { $0.severity != .error })
        #expect(findings(source, options: .init(strict: true)).contains { $0.severity == .error })
    }

    @Test(
        arguments: [
            ("not 1 == 2", 1), ("not tokens in [\"a\"]", 1), ("1 or 0 and 0", 1), ("-2^2", 1), ("2^3^2", 1),
            ("1 < 2 < 3", 1), ("10 % 2 * 3", 1),
            ("1 if True else 2 if False else 3", 1), ("(not 1) == 2", 0), ("1 + 2 * 3", 0), ("(1 or 0) and 0", 0),
            ("(-2)^2", 0), ("not (1 == 2)", 0),
            ("\"a\" in tokens and tokens", 1), ("tokens in [1] if True else [2]", 1),
            ("tokens in ([1] if True else [2])", 0), ("not 1 + 1", 1), ("not (1 + 1)", 0),
            ("not 2 * 3", 1), ("1 in [1] in [True]", 1),
        ] as [(String, Int)]) func precedenceTrapsAreWarnedOf(expression: String, count: Int)
    {
        #expect(findings("y = \(expression); x = indices;").filter { $0.code == .precedence }.count == count)
    }

    @Test func aRuntimeErrorInTheLibraryBelongsToItsCall() throws {
        let program = try Program(source: "x = shift(tokens, 1, 0);", name: "x")
        #expect { try Interpreter().run(program, on: ["a", "b"]) } throws: { error in
            let found = (error as? RASPError)?.diagnostics.first
            return found?.code == .type && found?.span?.location == "x.rasp:1:5"
                && found?.message.contains("position") == true
        }
    }

    @Test func pragmasDescribeTheProgram() throws {
        let program = try Program(
            source: """
                #pragma vocab a b "c d"
                #pragma max_length 7
                #pragma causal true
                #pragma output y
                #pragma encoding x numerical
                x = indices; y = x + 1; z = y;
                """, name: "p")
        #expect(program.vocabulary == ["a", "b", "c d"] && program.maxLength == 7 && program.causal == true)
        #expect(
            program.outputName == "y" && program.variables.map(\.name) == ["x", "y"]
                && program.encodings == ["x": .numerical])
        #expect(findings("#pragma max_length no\nx = indices;").map(\.code) == [.pragma])
        #expect(findings("#pragma vocap a\nx = indices;").first?.fixIt?.replacement == "vocab")
        #expect(findings("#pragma output q\nx = indices;").map(\.code) == [.undefinedName])
    }

    @Test func theOutputIsNamedLikeTheFileOrElseTheLast() throws {
        #expect(try Program(source: "two_words = indices; b = tokens;", name: "two-words").outputName == "two_words")
        #expect(try Program(source: "a = indices; b = tokens; c = 3;", name: "x").outputName == "b")
        #expect(
            try Program(source: "a = indices; b = tokens;", name: "x", options: .init(output: "a")).outputName == "a")
        #expect(findings("a = 3;").map(\.code) == [.undefinedName])
    }
}
