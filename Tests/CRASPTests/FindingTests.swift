import CRASP
import RASP
import Testing

/// What is said of texts that are no programs: where, and what would mend it.
@Suite struct FindingTests {
    private func findings(_ source: String, output: String? = nil) -> [Diagnostic] {
        do {
            return try CRASPProgram(source: source, name: "p", options: ProgramOptions(output: output)).warnings
        } catch let error as RASPError {
            return error.diagnostics
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    @Test(arguments: [
        ("x := ", "expected an expression", "incomplete"), ("x = 1 +", "expected an expression", "incomplete"),
        ("x := Q_a)", "expected the end", "syntax"), ("x := (Q_a", "expected )", "incomplete"),
        ("1 := 2", "begins with a name", "syntax"), ("x Q_a", "expected :=", "syntax"),
        ("x := y", "not defined", "undefined-name"), ("x := x", "not defined", "undefined-name"),
        ("x := Q_a\nx := Q_b", "defined already", "reserved-name"),
        ("Q_a := true", "stands for a token", "reserved-name"),
        ("i := true", "a position", "reserved-name"), ("next := true", "NEXT_", "reserved-name"),
        ("x := #1", "takes a boolean", "type"), ("x := Q_a + 1", "takes a count", "type"),
        ("x := Q_a == Q_b", "takes a count", "type"), ("x := #Q_a * #Q_b", "has to be a number", "type"),
        ("x := not 1", "takes a boolean", "type"), ("x := 1 ? 1 : 2", "takes a boolean", "type"),
        ("x := 1 < 2 < 3", "do not chain", "syntax"), ("x := 99999999999999999999", "larger than", "overflow"),
        ("x := #[j = i + 1] Q_a", "subtracted", "value"), ("x := #[j > i] Q_a", "no position", "value"),
        ("x := #[k] Q_a", "expected i, j", "syntax"), ("x := #[j = j] Q_a", "relates j to i", "syntax"),
        ("x := #[j = i - 99999] Q_a", "distance of at most", "syntax"),
        ("x := i % 0 == 0", "a period lies", "value"), ("x := i % 2 == 2", "less than 2", "value"),
        ("x := #[j <= i] Q_a(i) >= 2", "the value at i", "syntax"), ("x(i) := Q_a(j)", "the value at j", "syntax"),
        ("x := #[j < i] (Q_a(j) and Q_b(i)) > 0", "the value at i", "syntax"),
        ("x := i % 3 >= 1", "== or !=", "syntax"), ("x := Q_a # note", "expected the end", "syntax"),
        ("# note\nx := Q_a", "begins with a name", "syntax"), ("x := Q_a \"b\"", "found \"b\"", "syntax"),
        ("x := i", "a position", "syntax"),
        ("x := \"a", "not closed", "lexical"), ("x := Q_a $ Q_b", "starts no token", "lexical"),
        ("#import primes\nx := Q_a", "to import", "undefined-name"), ("", "defines nothing", "undefined-name"),
        ("// only a comment", "defines nothing", "undefined-name"),
        ("#pragma causal false\nx := Q_a", "never looks ahead", "pragma"),
        ("NEXT_a := #Q_a", "this is a count", "type"), ("x := NEXT_\"a\"", "not defined", "undefined-name"),
    ])
    func errors(_ source: String, _ message: String, _ code: String) {
        let found = findings(source)
        let isFound = found.contains { $0.message.contains(message) && $0.code.rawValue == code }
        #expect(isFound, "\(source): \(found.map(\.rendered))")
        #expect(found.allSatisfy { $0.severity == .error })
    }

    @Test func placeAndHelp() throws {
        let found = findings("opened := #Q_a\nx := #Q_b\ny := opend >= 1 and x >= 1")
        #expect(found.count == 1)
        #expect(found[0].span?.location == "p.crasp:3:6" && found[0].span?.text == "opend")
        #expect(found[0].notes.first == "did you mean opened?")
    }

    /// One slip is told once: what uses the broken definition is not blamed.
    @Test func consequencesAreNotTold() {
        #expect(findings("a := y\nb := #a >= 1\nc := b").count == 1)
        #expect(findings("a := (Q_a or\nb := Q_b").count == 1)
        #expect(findings("a := Q_a Q_b\nb := 1 +* 2\nc := Q_c").count == 2)
    }

    @Test func warnings() {
        let found = findings("#pragma vocab a b\nx := Q_A or Q_A or Q_b")
        #expect(found.count == 1 && found[0].severity == .warning && found[0].message.contains("never holds"))
        #expect(findings("x := Q_A").isEmpty)
        let next = findings("#pragma vocab a b\nNEXT_z := Q_a\nNEXT_a := Q_b")
        #expect(next.count == 1 && next[0].message.contains("no input can hold it") && next[0].span?.text == "NEXT_z")
    }

    @Test func commentsAreWrittenWithSlashes() {
        for source in ["# note\nx := Q_a", "x := Q_a # note"] {
            #expect(findings(source).first?.notes.contains { $0.contains("begins with //") } == true, "\(source)")
        }
    }

    @Test func output() throws {
        let source = "a := Q_a\np := Q_b\nz := Q_c"
        #expect(try CRASPProgram(source: source, name: "p").outputName == "p")
        #expect(try CRASPProgram(source: source, name: "other").outputName == "z")
        #expect(try CRASPProgram(source: "#pragma output a\n" + source, name: "p").outputName == "a")
        #expect(findings(source, output: "y").first?.message.contains("no definition y") == true)
    }

    /// Nothing that a text holds may end the process.
    @Test(arguments: [
        String(repeating: "(", count: 100_000), "x := " + String(repeating: "not ", count: 100_000) + "Q_a",
        "x := " + String(repeating: "-", count: 100_000) + "1",
        "x := " + String(repeating: "#", count: 100_000) + "Q_a",
        "x := " + String(repeating: "Q_a ? 1 : ", count: 100_000) + "1",
        "\u{FEFF}", "\u{0}", "#", "#[", "x := #[", "x := \"",
        "NEXT_", "NEXT_ := Q_a", "Q_", "x := Q_", "x := 9223372036854775807 * 9223372036854775807", "#pragma",
        "#pragma vocab",
        "x := #[j >= i - 10000] true", "x(i)(j) := 1", "🧮 := 1", "x := -9223372036854775807 - 2 < #Q_a",
    ])
    func hostile(_ source: String) {
        guard let program = try? CRASPProgram(source: source, name: "p") else { return }
        _ = try? program.evaluate(["a", "b"])
        _ = try? program.raspGraph.evaluate(["a", "b"], causal: true)
    }

    /// A long chain is no deep one.
    @Test func longChains() throws {
        let sum = (0..<20_000).map { _ in "#Q_a" }.joined(separator: " + ")
        #expect(try Programs.output("x := \(sum)", on: "ab") == [20_000, 20_000])
        let lines = (0..<5_000).map { "p\($0) := #\($0 == 0 ? "Q_a" : "p\($0 - 1)") >= 1" }.joined(separator: "\n")
        let program = try CRASPProgram(source: lines, name: "p")
        #expect(program.depth == 5_000)
        #expect(try program.evaluate(["b", "a"]).output == [false, true])
    }

    @Test func overflowIsAFinding() throws {
        let error = try #require(throws: RASPError.self) {
            try Programs.output("x := 9223372036854775807 + #Q_a", on: "a")
        }
        #expect(error.diagnostics[0].code == .overflow && error.diagnostics[0].span != nil)
        #expect(throws: RASPError.self) { try Programs.output("x := Q_a", on: "") }
    }
}
