import Foundation
import RASP
import Testing

/// Statements and what the console shows for the last of them, grouped by section of the language's description.
/// Values are those of the reference implementation unless a case says otherwise.
@Suite struct LanguageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let source: String
        let shown: String
        var testDescription: String { source }

        init(_ source: String, _ shown: String) {
            self.source = source
            self.shown = shown
        }
    }

    /// The output of the last line, or the codes of its errors.
    static func outcome(_ source: String, in session: Session = Session()) -> String {
        var last = ""
        var errors: [Diagnostic] = []
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            let next = session.feed(String(line))
            last = next.output
            errors = next.diagnostics.filter { $0.severity == .error }
        }
        if !errors.isEmpty { return errors.map { "error " + $0.code.rawValue }.joined(separator: ", ") }
        // Only the value: what follows `name =` on the line, or the example's.
        let lines = last.split(separator: "\n").map(String.init)
        let final = lines.last ?? ""
        guard let sign = final.range(of: " = ", options: .backwards) else {
            return final.hasPrefix(" \t\t") ? String(final.dropFirst()) : final
        }
        return String(final[sign.upperBound...]).trimmingCharacters(in: [" "])
    }

    private func check(_ testCase: Case) {
        #expect(Self.outcome(testCase.source) == testCase.shown, "\(testCase.source)")
    }

    // spec §1 lexical structure
    @Test(arguments: [
        Case("007;", "7"), Case("-3;", "-3"), Case("1.50;", "1.5"), Case(#""a\b";"#, #""a\b""#),
        Case(##""#";"##, ##""#""##),
        Case("1 # comment ;\n+1;", "2"), Case("select (1,1,==);", "\t\t\t o | 1 1 1 1 1"),
        Case("range (3);", "[0, 1, 2]"),
        Case("select = 4; select;", "4"), Case("[1,2] ;", "[1, 2]"), Case("1 != 2;", "True"),
        Case("1.;", "error lexical"), Case("\"abc;", "error lexical, error incomplete"),
        Case("example = 3;", "error syntax"), Case("true;", "error undefined-name"),
        Case("a && b;", "error lexical, error undefined-name"),
        Case("é = 3;", "error lexical, error syntax"), Case("'a';", "error lexical"),
        Case("99999999999999999999;", "error overflow"),
    ]) func lexical(_ testCase: Case) { check(testCase) }

    // spec §2 grammar: what may be empty, follow what, and stand where
    @Test(arguments: [
        Case("def f() { return 1; } f();", "1"), Case("def f() { # only a comment\n return 1; } f();", "1"),
        Case("for i in [1] { # nothing\n } 3;", "3"),
        Case("def f() { def g() { return 2; } return g(); } f();", "2"),
        Case("for i in [1] { for j in [2] { k = i + j; } } k;", "3"),
        Case("[[1, 2], [3]][0][1];", "2"), Case("{\"a\": [5, 6]}[\"a\"][1];", "6"), Case("max(1, 2) + len([1]);", "3"),
        Case("{};", "{}"),
        Case("[1, 2,];", "error syntax"), Case("def f() { return; }", "error syntax"),
        Case("def f() { return 1; x = 2; }", "error syntax"),
        Case("x = if True 1 else 2;", "error syntax"), Case("[i for i in [1] if i];", "error syntax"),
        Case("a[0] = 1;", "error syntax"),
        Case("select(tokens, tokens, +);", "error syntax"), Case("aggregate(full_s);", "error syntax"),
        Case("load tokens;", "error syntax"),
    ]) func grammar(_ testCase: Case) { check(testCase) }

    // spec §3 precedence and associativity
    @Test(arguments: [
        Case("-2^2;", "4"), Case("2^3^2;", "64"), Case("not 1 == 2;", "False"), Case("10 % 2 * 3;", "4"),
        Case("2 * 3 % 4;", "2"), Case("1 or 0 and 0;", "0"), Case("1 if True else 2 if False else 3;", "3"),
        Case(#"not tokens in ["h"];"#, "[F]*5 (bools)"), Case(#"not "a" in tokens;"#, "[F]*5 (bools)"),
        Case("5 in [5] and False;", "error type"), Case("1 < 2 < 3;", "True"), Case("3 > 2 > 1;", "False"),
        Case("2 - 1 - 1;", "0"), Case("-[1,2][0];", "-1"), Case("not not 1;", "True"),
    ]) func precedence(_ testCase: Case) { check(testCase) }

    // spec §4 values
    @Test(arguments: [
        Case("True + True;", "2"), Case("True == 1;", "True"), Case("{1:\"a\", True:\"b\"};", "{1: 'b'}"),
        Case("[1,2] + [3];", "[1, 2, 3]"), Case("[1] * 3;", "[1, 1, 1]"), Case(#""ab" * 2;"#, #""abab""#),
        Case("[1,2] == [1,2];", "True"), Case("[1,2] < [1,3];", "True"), Case(#"{"a":1} == {"a":1.0};"#, "True"),
        Case("max == max;", "True"), Case("max == min;", "False"), Case("1 == \"1\";", "False"),
    ]) func values(_ testCase: Case) { check(testCase) }

    // spec §5 environments and scoping
    @Test(arguments: [
        Case("def f(x) { y = x + 1; return y; } f(2);", "3"),
        Case("def f() { return g(); } def g() { return 4; } f();", "4"),
        Case("a = 1; def f() { return a; } a = 5; f();", "5"),
        Case("def f(x) { y = x; return y; } f(1); y;", "error undefined-name"),
        Case("for i in [1,2] { b = i; } b + i;", "4"), Case("[i for i in [1,2]]; i;", "error undefined-name"),
        Case("b = indices; a = b; b = b + 1; a;", "[0, 1, 2, 3, 4] (ints)"), Case("length = 3;", "error reserved-name"),
        Case("tokens = tokens_int; tokens([7]);", "[7] (ints)"), Case("def f(max) { return max; } f(3);", "3"),
        Case("def f(True) { return 1; } f(3);", "error reserved-name"), Case("def f(a, a) { return a; } f(1, 2);", "2"),
        Case("3 + 4; out;", "7"), Case("5; 5 + out;", "10"), Case("out = 3;", "error reserved-name"),
        Case("indices = 3;", "error reserved-name"),
        Case("def f(x) { def g() { return x; } return g; } f(8)();", "8"),
    ]) func scoping(_ testCase: Case) { check(testCase) }

    // spec §6.1, spec §6.2 arithmetic, comparison, boolean operators
    @Test(arguments: [
        Case("4 / 2;", "2.0"), Case("-7 % 3;", "2"), Case("7 % -3;", "-2"), Case("2 ^ -1;", "0.5"),
        Case("7.5 % 2;", "1.5"),
        Case("(-8) ^ 0.5;", "error value"), Case(#""a" % 3;"#, "error type"), Case(#""a" < 1;"#, "error type"),
        Case("1 / 0;", "error value"), Case("indices / 2;", "[0.0, 0.5, 1.0, 1.5, 2.0] (floats)"),
        Case("10 - indices;", "[10, 9, 8, 7, 6] (ints)"), Case("indices + full_s;", "error type"),
        Case("indices + [1];", "error type"),
        Case("3 and 5;", "5"), Case(#"0 or "a";"#, #""a""#), Case("indices and 1;", "[F, T, T, T, T] (bools)"),
        Case("not full_s;", "\t\t\t o |          "), Case("full_s and 1;", "error type"),
        Case("0 and 1/0;", "error value"),
        Case("9223372036854775807 + 1;", "error overflow"), Case("1 + \"a\";", "error type"), Case("+True;", "1"),
    ]) func operators(_ testCase: Case) { check(testCase) }

    // spec §6.3, spec §6.4, spec §6.5 conditional, membership, indexing
    @Test(arguments: [
        Case("1 if True else 1/0;", "1"), Case("tokens if indices % 2 else \"-\";", "[-, e, -, l, -] (strings)"),
        Case("1 if full_s else 2;", "error type"), Case("[1] if indices else 2;", "error type"),
        Case("def fac(n) { return 1 if n == 0 else n * fac(n - 1); } fac(10);", "3628800"),
        Case(#"tokens in ["l", "o"];"#, "[F, F, T, T, T] (bools)"), Case("tokens in [];", "[F]*5 (bools)"),
        Case("1 in [1.0];", "True"),
        Case(#""l" in tokens;"#, "[T]*5 (bools)"), Case(#""a" in "abc";"#, "error type"),
        Case("1 in [tokens];", "error type"),
        Case("[5,6][-1];", "6"), Case("[5,6][2];", "error value"), Case(#""abc"[1];"#, #""b""#),
        Case("[5,6][True];", "6"),
        Case("[5,6][1.0];", "error type"), Case("[5,6,7,8,9][indices];", "[5, 6, 7, 8, 9] (ints)"),
        Case(#"{"a":1}["b"];"#, "error value"),
        Case(#"{"h":1,"e":2,"l":3,"o":4}[tokens];"#, "[1, 2, 3, 3, 4] (ints)"), Case("tokens[1];", "[e]*5 (strings)"),
        Case("tokens[-1];", "[o]*5 (strings)"), Case("indices[10];", "[0]*5 (ints)"),
        Case("tokens[indices];", "error value"),
    ]) func selection(_ testCase: Case) { check(testCase) }

    // spec §6.6, spec §6.7, spec §6.8, spec §6.9 calls, round and indicator, range, zip, len, comprehensions
    @Test(arguments: [
        Case("def f(a) { return a, 2; } f(1);", "[1, 2]"), Case("max(1);", "error arity"),
        Case("1(2);", "error not-implemented"),
        Case(#"tokens("ab");"#, "[a, b] (strings)"), Case("tokens([]);", "error value"),
        Case(#"tokens({"x":1});"#, "[x] (strings)"),
        Case("round(2.5);", "2"), Case("round(3.5);", "4"), Case("round(indices / 2);", "[0, 0, 1, 2, 2] (ints)"),
        Case("indicator(3);", "error type"),
        Case("indicator(tokens == \"l\");", "[0, 0, 1, 1, 0] (ints)"), Case("range(5, 0, -2);", "[5, 3, 1]"),
        Case("range(1.5);", "error type"),
        Case("range(1, 2, 0);", "error value"), Case("range(1000000000000);", "error limit"),
        Case("zip([1,2],[3,4]) == [[1,3],[2,4]];", "True"),
        Case("zip([1],[1,2]);", "error type"), Case("len([1,2]);", "2"), Case(#"len("ab");"#, "error type"),
        Case("[a + b for a, b in zip([1,2],[3,4])];", "[4, 6]"), Case("{k: k * 2 for k in [1,2]};", "{1: 2, 2: 4}"),
        Case(#"[c for c in "ab"];"#, "error type"), Case("[a for a, b in [[1]]];", "error type"),
    ]) func primitives(_ testCase: Case) { check(testCase) }

    // spec §7 statements
    @Test(arguments: [
        Case("a, b = 1, 2; b;", "2"), Case("a = 1, 2; a;", "[1, 2]"), Case("a, b = [3, 4]; b;", "4"),
        Case(#"a, b = "xy"; b;"#, #""y""#),
        Case("a, b = 5;", "error type"), Case("a, b = 1, 2, 3;", "error type"), Case("a, b = tokens;", "error type"),
        Case("s = 0; for k in {1: 2, 3: 4} { s = s + k; } s;", "4"), Case("for c in \"ab\" { x = c; }", "error type"),
        Case("m = 1\nn = 2;", "error syntax"), Case("a = 1; b = 2; a + b;", "3"),
        Case("def f() { return 1; }; f();", "1"),
        Case("1 = 2;", "error syntax"), Case("return 3;", "error syntax"),
    ]) func statements(_ testCase: Case) { check(testCase) }

    // spec §8.3, spec §8.4 selectors and aggregation
    @Test(arguments: [
        Case("selector_width(select(indices, indices, <));", "[0, 1, 2, 3, 4] (ints)"),
        Case("aggregate(select(indices, 2, ==), tokens);", "[l]*5 (strings)"),
        Case("aggregate(full_s, indices);", "[2.0]*5 (floats)"),
        Case("aggregate(select(indices, indices, <), indices);", "[0, 0, 0.5, 1.0, 1.5] (floats)"),
        Case("aggregate(select(indices, indices, <), 1);", "[0, 1, 1.0, 1.0, 1.0] (floats)"),
        Case("aggregate(full_s, tokens);", "     s-op: out"),
        Case("aggregate(select(indices, indices - 1, ==), tokens, \"-\");", "[-, h, e, l, l] (strings)"),
        Case("aggregate(full_s, indices, tokens);", "error type"), Case("aggregate(1, 2);", "error type"),
        Case("selector_width(select(tokens, tokens, ==) and select(indices, indices, <));", "[0, 0, 0, 1, 0] (ints)"),
    ]) func aggregation(_ testCase: Case) { check(testCase) }

    // spec §8.1, spec §8.2 inputs and kinds of sequences
    @Test(arguments: [
        Case("tokens_int([\"12\", 3.9, True]);", "[12, 3, 1] (ints)"),
        Case("tokens_float([\"1.5\", 2]);", "[1.5, 2.0] (floats)"),
        Case("tokens_bool([\"False\", \"\"]);", "[T, F] (bools)"), Case("tokens_asis([1, 2.5]);", "[1, 2.5] (floats)"),
        Case("tokens_str([1, True]);", "[1, True] (strings)"),
        Case("tokens_asis([1, \"a\"]);", "error type"), Case("tokens_asis([2, True]);", "[2, T] (ints)"),
        Case("tokens(\"\");", "error value"),
        Case("tokens_int(\"a\");", "error value"), Case("(0 if indices == 0 else 0.5)(\"ab\");", "[0, 0.5] (floats)"),
    ]) func sequences(_ testCase: Case) { check(testCase) }

    // spec §9 the standard library
    @Test(arguments: [
        Case("length;", "[5]*5 (ints)"), Case(#"count(tokens, "l");"#, "[2]*5 (ints)"),
        Case(#"contains(tokens, "z");"#, "[F]*5 (bools)"),
        Case("has_focus(select(indices, indices, <));", "[F, T, T, T, T] (bools)"),
        Case("max(indices, 2);", "[2, 2, 2, 3, 4] (ints)"),
        Case("min(3, 2);", "2"), Case("average(indices);", "[2.0]*5 (floats)"),
        Case("load_from_location(tokens, 4);", "[o]*5 (strings)"),
        Case(#"shift(tokens, 2, "_");"#, "[_, _, h, e, l] (strings)"),
        Case(#"shift(tokens, -1, "_");"#, "[e, l, l, o, _] (strings)"),
        Case(#"mark_last_instance(tokens, "l");"#, "[F, F, F, T, F] (bools)"),
        Case(#"mark_first_instance(tokens, "l");"#, "[F, F, T, F, F] (bools)"),
        Case(#"aggregate(select_from_last(tokens, "l"), indices);"#, "[3]*5 (ints)"),
        Case(#"aggregate(select_from_first(tokens, "l"), indices);"#, "[2]*5 (ints)"),
        Case("sort(tokens, tokens);", "[e, h, l, l, o] (strings)"),
        Case("sort(indices, -indices);", "[4, 3, 2, 1, 0] (ints)"),
        Case("aggregate(select_next_identical(tokens), indices, -1);", "[-1, -1, 3, -1, -1] (ints)"),
    ]) func library(_ testCase: Case) { check(testCase) }

    // spec §10 console commands
    @Test(arguments: [
        Case("set example \"ab\"\ntokens;", "[a, b] (strings)"), Case("set example [4, 5];\nindices;", "[0, 1] (ints)"),
        Case("examples off\ntokens;", "     s-op: tokens"), Case("show s-op example", "\ts-op example: \"hello\""),
        Case("set example 3", "error type"), Case("def f() { set example \"a\" return 1; }", "error syntax"),
        Case("full seq display on\nindices;", "\t\toutput:  0 1 2 3 4 \t (ints)"),
    ]) func commands(_ testCase: Case) { check(testCase) }
}
