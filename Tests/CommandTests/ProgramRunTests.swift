import Foundation
import Testing

/// `run` beyond plain outputs: reports, drawings, findings, modes. Whole outputs wherever they are short.
@Suite struct ProgramRunTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @discardableResult
    private func write(_ name: String, _ text: String) -> String { scratch.file(name, text).path }

    private func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
        try Tool.run(["run"] + arguments, input: input, in: scratch.root)
    }

    @Test func layersAreReportedWithoutInputs() throws {
        write(
            "p.rasp",
            "n = selector_width(select(tokens, tokens, ==));\nr = aggregate(select(indices, length - 1 - indices, ==), n);"
        )
        let outcome = try run("p.rasp", "--layers")
        #expect(
            outcome.output == """
                s-op layers heads per layer
                ---- ------ ---------------
                n         1 2
                r         2 3 1

                """)
        #expect(
            try run("p.rasp", "--name", "n", "--layers", "--json", "aab").output == """
                {"program": "p", "layers": 1, "heads_per_layer": [2], "variables": {"n": {"layers": 1, "heads_per_layer": [2]}}, \
                "results": [{"input": ["a", "a", "b"], "output": [2, 2, 1]}], "diagnostics": []}

                """)
    }

    @Test func aComputationIsDrawn() throws {
        write("p.rasp", "x = aggregate(select(indices, indices - 1, ==), tokens, \"-\");")
        let outcome = try run("p.rasp", "ab", "--draw", "x.svg")
        #expect(
            outcome.status == 0 && outcome.output == "[\"-\", \"a\"]\n"
                && outcome.error == "tracr-inject: drawn: x.svg\n")
        let svg = try String(contentsOfFile: scratch.path("x.svg"), encoding: .utf8)
        #expect(svg.hasPrefix("<svg ") && svg.contains("<title>x(&quot;ab&quot;)</title>") && svg.hasSuffix("</svg>\n"))
        #expect(try run("p.rasp", "--draw", "x.svg").status == 64)
        #expect(try run("p.rasp", "ab", "--draw", "nowhere/x.svg").status == 73)
    }

    @Test func drawStatementsOfAProgramAreDrawn() throws {
        write("p.rasp", "x = indices;\ndraw(x + 1, \"ab\");\ndraw(tokens + \"!\");\n")
        let outcome = try run("p.rasp", "ab")
        #expect(outcome.status == 0 && outcome.output == "[0, 1]\n")
        #expect(outcome.error == "tracr-inject: drawn: out.svg\ntracr-inject: drawn: out-2.svg\n")
        let second = try String(contentsOfFile: scratch.path("out-2.svg"), encoding: .utf8)
        #expect(second.contains("<title>out(&quot;hello&quot;)</title>"))
    }

    @Test func aPositionThatTheInputLacksIsToldOfOnce() throws {
        write("p.rasp", "x = indices[2] + 1;")
        let outcome = try run("p.rasp", "abc", "ab", "a")
        #expect(outcome.output == "[3, 3, 3]\n[1, 1]\n[1]\n")
        #expect(
            outcome.error == """
                tracr-inject: warning: an input of 2 tokens has no position 2: what is read there is 0 [value]
                  p.rasp:1:5
                  x = indices[2] + 1;
                      ^~~~~~~~~~

                """)
    }

    @Test func severalErrorsAreFoundInOneRunWithFixes() throws {
        write("bad.rasp", "x = lenght;\ny = 1 +;\nz = 3\nw = tokens;\n")
        let outcome = try run("bad.rasp", "a")
        #expect(outcome.status == 65 && outcome.output.isEmpty)
        #expect(
            outcome.error == """
                tracr-inject: error: lenght is not defined [undefined-name]
                  bad.rasp:1:5
                  x = lenght;
                      ^~~~~~
                  fix: did you mean length?
                tracr-inject: error: expected an expression, found ; [syntax]
                  bad.rasp:2:8
                  y = 1 +;
                         ^
                tracr-inject: error: the statement is not ended by ; [syntax]
                  bad.rasp:3:6
                  z = 3
                       ^
                  fix: put a ; here

                """)
    }

    @Test func findingsAreJSON() throws {
        write("bad.rasp", "x = lenght;")
        let outcome = try run("bad.rasp", "a", "--json")
        #expect(outcome.status == 65)
        #expect(
            outcome.output == #"""
                {"program": "bad", "results": [], "diagnostics": [{"severity": "error", "code": "undefined-name", "message": "lenght is not defined", "span": {"file": "bad.rasp", "line": 1, "column": 5, "end_line": 1, "end_column": 11}, "excerpt": "  x = lenght;\n      ^~~~~~", "fix": {"description": "did you mean length?", "replacement": "length", "span": {"file": "bad.rasp", "line": 1, "column": 5, "end_line": 1, "end_column": 11}}}]}

                """#)
        // What was computed before an error stays; a warning is told as well.
        write("late.rasp", "w = not 1 == 2;\nx = 6 / tokens_int;")
        let late = try run("late.rasp", "2", "0", "--json").json()
        #expect((late["results"] as? [Any])?.count == 1)
        let codes = (late["diagnostics"] as? [[String: Any]] ?? []).map {
            "\($0["severity"] ?? "") \($0["code"] ?? "")"
        }
        #expect(codes == ["warning precedence", "error value"])
        let compiled = try Tool.run("compile", "bad.rasp", "--json", in: scratch.root)
        #expect(compiled.status == 65)
        #expect(try (compiled.json()["diagnostics"] as? [Any])?.count == 1)
    }

    @Test func aMaskThatChangesTheMeaningIsWarnedOf() throws {
        write("p.rasp", "x = aggregate(select(indices, 2, ==), tokens, \"-\");")
        let outcome = try run("p.rasp", "abcd", "--causal")
        #expect(outcome.output == "[\"-\", \"-\", \"c\", \"c\"]\n")
        #expect(
            outcome.error == """
                tracr-inject: warning: with a causal mask, select(indices, 2, ==) no longer selects later positions: the program means something else [causal]
                  p.rasp:1:15
                  x = aggregate(select(indices, 2, ==), tokens, "-");
                                ^~~~~~~~~~~~~~~~~~~~~~
                  note: restrict it with select(indices, indices, <=) if only earlier positions are meant

                """)
        #expect(try run("p.rasp", "abcd", "--causal", "--quiet").error.isEmpty)
        #expect(try run("p.rasp", "abcd").error.isEmpty)
    }

    @Test func bosStandsBeforeTheInput() throws {
        write("p.rasp", "x = indices; y = tokens[0];")
        #expect(try run("p.rasp", "ab", "--bos", "--name", "x").output == "[1, 2]\n")
        #expect(try run("p.rasp", "ab", "--bos").output == "[\"§\", \"§\"]\n")
    }

    @Test func strictModeRefusesWhatTheReferenceRefuses() throws {
        write("p.rasp", "x = select (indices, 1, ==); x = indices;")
        #expect(try run("p.rasp", "ab").status == 0)
        #expect(try run("p.rasp", "ab", "--strict").status == 65)
    }

    /// Hostile programs end with their own message and exit code, within two gigabytes of address space beyond what the
    /// deep stack reserves.
    @Test(arguments: [
        (
            "nested.rasp",
            "x = " + String(repeating: "(", count: 3000) + "1" + String(repeating: ")", count: 3000) + ";",
            "nested more than 200 levels"
        ),
        ("endless.rasp", "def f(n) { return f(n + 1); } x = f(0);", "does f ever end?"),
        ("range.rasp", "x = range(1000000000000);", "a list may hold 1000000 items"),
        ("doubling.rasp", "l = [1]; for i in range(100) { l = l + l; } x = indices;", "a list may hold 1000000 items"),
        ("strings.rasp", "x = tokens; for i in range(60) { x = x + x; }", "longer than 1048576 bytes"),
        (
            "loops.rasp", "for i in range(100000) { for j in range(100000) { y = 1; } } x = indices;",
            "more than 5000000 steps"
        ),
        ("garbage.rasp", String(repeating: "@ $ ", count: 100_000), "starts no token"),
        ("binary.rasp", "\u{0}\u{1}\u{2}", "starts no token"),
    ]) func hostileProgramsEndInAMessage(name: String, text: String, message: String) throws {
        write(name, text)
        let outcome = try Tool.shell(
            "\(Tool.addressSpace(kibibytes: 3_500_000))exec \"$TOOL\" run \(name) ab", in: scratch.root)
        #expect(outcome.status == 65, "\(outcome.error.prefix(500))")
        #expect(outcome.error.contains(message), "\(outcome.error.prefix(500))")
        #expect(outcome.error.utf8.count < 100_000)
    }
}
