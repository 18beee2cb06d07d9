import RASP
import Testing

/// What is proposed where an expression is grouped otherwise than in other languages.
@Suite struct PrecedenceTests {
    private func findings(_ expression: String) -> [Diagnostic] {
        let source = "y = \(expression); x = indices;"
        do { return try Program(source: source, name: "x").warnings.filter { $0.code == .precedence } } catch {
            return ((error as? RASPError)?.diagnostics ?? []).filter { $0.code == .precedence }
        }
    }

    /// The fix writes the other reading, and neither reading is warned of where it is written out.
    @Test(
        arguments: [
            ("not 1 == 2", "not (1 == 2)", "(not 1) == 2"), ("not -1 == 2", "not (-1 == 2)", "(not -1) == 2"),
            ("not not + 1 + 1", "not not (+ 1 + 1)", "(not not + 1) + 1"),
            ("not -1 in [1]", "not (-1 in [1])", "(not -1) in [1]"),
            ("not 2 * 3", "not (2 * 3)", "(not 2) * 3"),
            ("1 or 0 and 0", "1 or (0 and 0)", "(1 or 0) and 0"),
            ("1 and 1 or 0 and 0 or 1", "1 and 1 or (0 and 0) or 1", "(1 and 1 or 0) and 0 or 1"),
            ("10 % 2 * 3", "(10 % 2) * 3", "10 % (2 * 3)"), ("-2^2", "-(2^2)", "(-2)^2"),
            ("2^3^2", "2^(3^2)", "(2^3)^2"), ("1 < 2 < 3", "1 < 2 and 2 < 3", "(1 < 2) < 3"),
            (
                "1 if True else 2 if False else 3", "1 if True else (2 if False else 3)",
                "(1 if True else 2) if False else 3"
            ),
            ("1 in [1] and True", "(1 in [1]) and True", "1 in ([1] and True)"),
            ("True and 1 in [1]", "True and (1 in [1])", "(True and 1) in [1]"),
            ("1 in [1] if True else [2]", "(1 in [1]) if True else [2]", "1 in ([1] if True else [2])"),
            ("1 in [1] in [True]", "1 in ([1] in [True])", "(1 in [1]) in [True]"),
        ])
    func theOtherReadingIsProposed(expression: String, other: String, same: String) throws {
        let found = findings(expression)
        #expect(found.count == 1)
        let fix = try #require(found.first?.fixIt)
        var text = Array("y = \(expression); x = indices;".utf8)
        text.replaceSubrange(fix.span.range, with: Array(fix.replacement.utf8))
        #expect(String(decoding: text, as: UTF8.self) == "y = \(other); x = indices;")
        #expect(findings(other).isEmpty && findings(same).isEmpty)
    }

    @Test(arguments: ["1 and 0 or 1", "2 * 3 % 4", "1 + 2 * 3", "not (1 == 2)"])
    func whatMeansTheSameEverywhereIsNotWarnedOf(expression: String) { #expect(findings(expression).isEmpty) }
}
