import Foundation
import Testing

/// Whole outputs of `run` over a program of the test's own.
@Suite struct RunTests {
    static let histogram = """
        #pragma vocab a b c
        #pragma max_length 5
        same = select(tokens, tokens, ==);
        hist = selector_width(same);
        """

    let scratch: Scratch
    let program: String

    init() throws {
        scratch = try Scratch()
        program = scratch.file("hist.rasp", Self.histogram).path
    }

    @Test func eachInputGivesALine() throws {
        let outcome = try Tool.run("run", program, "abca", #"["b", "b"]"#)
        #expect(outcome.output == "[2, 1, 1, 2]\n[2, 2]\n")
        #expect(outcome.error.isEmpty)
        #expect(outcome.status == 0)
    }

    /// The interpreter takes more than what is declared for compilation, and says so once for each kind.
    @Test func whatIsNotDeclaredIsTold() throws {
        let outcome = try Tool.run("run", program, "ad", "d", "abcabc", "aaaaaaa")
        #expect(outcome.status == 0)
        #expect(outcome.output == "[1, 1]\n[1]\n[2, 2, 2, 2, 2, 2]\n[7, 7, 7, 7, 7, 7, 7]\n")
        #expect(
            outcome.error == """
                tracr-inject: note: the token "d" is not in the program's vocabulary (#pragma vocab, --vocab): the interpreter \
                runs it, compiled weights refuse it [pragma]
                tracr-inject: note: an input has 6 tokens, and the program is declared for at most 5 (#pragma max_length, \
                --max-length): the interpreter runs it, compiled weights refuse it [pragma]

                """)
        #expect(try Tool.run("run", program, "ad", "--quiet").error.isEmpty)
        let larger = ["--max-length", "6", "--vocab", "a", "b", "c", "d"]
        #expect(try Tool.run(["run", program, "abcabd"] + larger).error.isEmpty)
        #expect(try Tool.run("run", program, "--compiled", "ad").status == 65)
        let findings = try Tool.run("run", program, "ad", "--json").json()["diagnostics"] as? [[String: Any]]
        #expect(findings?.map { $0["code"] as? String } == ["pragma"])
    }

    @Test func theCompiledModelTakesNumbersAndSaysWhatItDoesNotHold() throws {
        let numbers = scratch.file("n.rasp", "unused = indices; y = tokens_int + 1;").path
        let weights = ["--compiled", "--vocab", "1", "2", "3", "--max-length", "4"]
        for input in ["[1, 2]", " [1.0,2]\t", #"["1", "2"]"#] {
            #expect(try Tool.run("run", numbers, input).output == "[2, 3]\n", "\(input)")
            #expect(try Tool.run(["run", numbers, input] + weights).output == "[2, 3]\n", "\(input)")
        }
        let outcome = try Tool.run(["run", numbers, "[1, 2]", "--trace", "--json"] + weights)
        #expect(outcome.status == 0 && outcome.output.contains("the compiled model does not hold unused"))
        // To a program that reads tokens as they are, 1 is not "1".
        let asis = scratch.file("a.rasp", "y = 1 if tokens_asis == \"1\" else 0;").path
        #expect(try Tool.run(["run", asis, "[1]"] + weights).status == 65)
    }

    /// The note that weights refuse a token stands where they do, and nowhere else.
    @Test(arguments: [
        ("tokens_float + 1", "[1.0, 2]", true), ("tokens_int + 1", #"["01"]"#, true), ("tokens", "[1.0]", false),
        ("tokens_asis", "[1]", false), ("indices", "[1]", true), ("indices", #"["x"]"#, false),
    ])
    func theNoteOnATokenIsTrue(_ output: String, _ input: String, _ isTaken: Bool) throws {
        let path = scratch.file("k.rasp", "#pragma vocab \"1\" \"2\"\n#pragma max_length 4\ny = \(output);\n").path
        let interpreted = try Tool.run("run", path, input)
        #expect(interpreted.status == 0, "\(interpreted.error)")
        #expect(interpreted.error.contains("weights refuse") == !isTaken, "\(interpreted.error)")
        let compiled = try Tool.run("run", path, input, "--compiled")
        #expect(compiled.status == (isTaken ? 0 : 65), "\(compiled.error)")
        #expect(!isTaken || compiled.output == interpreted.output)
    }

    @Test func columnsStandBelowEachOther() throws {
        let outcome = try Tool.run("run", program, #"["日本", "a", "\u0301", "\u0007"]"#, "--trace")
        #expect(
            outcome.output == """
                  token  hist
                - ------ ----
                0 日本   1
                1 a      1
                2 \u{25CC}\u{301}      1
                3 "\\x07" 1

                """)
    }

    @Test func aFileIsNoRun() throws {
        for arguments in [["eval", program], ["decode", "x", "--run", program], ["report", program]] {
            let outcome = try Tool.run(arguments, in: scratch.root)
            #expect(outcome.status == 66 && outcome.error.contains("this is a file"), "\(outcome.error)")
        }
    }

    @Test func inputsAreSplitAtLineFeedsOnly() throws {
        // Three lines, the last without an end: a carriage return before a line feed is no token, any other is one.
        let outcome = try Tool.run("run", program, input: "\u{FEFF}a\r\na\ra\n\u{2028}c\r")
        #expect(outcome.output == "[1]\n[2, 1, 2]\n[1, 1, 1]\n")
    }

    /// What is wrong with one input says in which line it stands; the lines before have their results.
    @Test(arguments: [
        ("", "standard input:2", "the input is empty"), ("\r", "standard input:2", "the input is empty"),
        (" []", "standard input:2", "without tokens"), ("[\"a\", \"b\"", "standard input:2:10", "',' or ']' is due"),
        (" [\"a\" \"b\"]", "standard input:2:7", "',' or ']' is due"),
        ("[1, 2,]", "standard input:2:7", "cannot start here"),
        ("[-]", "standard input:2:3", "a digit is due"), ("[[\"a\"", "standard input:2:6", "',' or ']' is due"),
        ("[\"a\", null]", "standard input:2", "this is null"), ("[[1]]", "standard input:2", "this is an array"),
    ]) func aBadLineIsNamed(line: String, place: String, message: String) throws {
        let outcome = try Tool.run("run", program, input: "ab\n\(line)\nab\n")
        #expect(outcome.status == 65 && outcome.output == "[1, 1]\n")
        #expect(outcome.error.contains(message) && outcome.error.contains("\n  \(place)\n"), "\(outcome.error)")
    }

    @Test func whatAProgramCannotRunOnIsNamedToo() throws {
        let weights = try Tool.run("run", program, "--compiled", input: "ab\nabz\n")
        #expect(
            weights.status == 65 && weights.output == "[1, 1]\n" && weights.error.contains("hist, for standard input:2")
        )
        let numbers = scratch.file("n.rasp", "y = tokens_int + 1;").path
        let interpreted = try Tool.run("run", numbers, input: "12\n1a\n")
        #expect(
            interpreted.status == 65 && interpreted.error.contains("note: for the input at standard input:2"),
            "\(interpreted.error)")
        let bytes = try Tool.shell("printf 'a\\n\\377\\n' | \"$TOOL\" run \(program)")
        #expect(bytes.status == 65 && bytes.error.contains("not UTF-8\n  standard input:2\n"), "\(bytes.error)")
    }

    /// What begins with a bracket and is no JSON array is a string where a language of brackets may have it.
    @Test(arguments: ["[", "[]a", "[(])", "[[a", "[a][b]"]) func bracketsAreCharacters(text: String) throws {
        let outcome = try Tool.run("run", program, text, "--json", "--quiet")
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
        let results = try outcome.json()["results"] as? [[String: Any]]
        #expect(results?.first?["input"] as? [String] == text.map(String.init))
    }

    @Test func brokenArraysAreToldFromStrings() throws {
        let broken = try Tool.run("run", program, "[\"a\", \"b\"")
        #expect(broken.status == 65 && broken.error.contains("input [\"a\", \"b\", column 10"), "\(broken.error)")
        let unquoted = try Tool.run("run", program, "[a, b]")
        #expect(unquoted.status == 0 && unquoted.output == "[1, 1, 1, 1, 1, 1]\n")
        #expect(unquoted.error.contains("warning: input [a, b] is no JSON array"), "\(unquoted.error)")
    }

    @Test func traceIsATable() throws {
        let outcome = try Tool.run("run", program, "aba", "--trace")
        #expect(
            outcome.output == """
                  token hist
                - ----- ----
                0 a     2
                1 b     1
                2 a     2

                """)
    }

    @Test func jsonIsOneObject() throws {
        let outcome = try Tool.run("run", program, "ab", "c", "--json", "--trace")
        #expect(
            outcome.output == """
                {"program": "hist", "results": [{"input": ["a", "b"], "output": [1, 1], "trace": {"hist": [1, 1]}}, \
                {"input": ["c"], "output": [1], "trace": {"hist": [1]}}], "diagnostics": []}

                """)
    }

    @Test func undefinedIsNull() throws {
        // Nothing is selected at position 0, and an s-op computed from nothing is undefined only where the language
        // says so; the language's default is 0.
        let previous = scratch.file("previous.rasp", "previous = aggregate(select(indices, indices, <), indices);").path
        #expect(try Tool.run("run", previous, "abc").output == "[0, 0, 0.5]\n")
    }

    @Test(arguments: [[], ["--trace"]])
    func compiledWeightsSayWhatTheInterpreterSays(_ flags: [String]) throws {
        let inputs = ["abca", "c", "bbbbb"]
        let interpreted = try Tool.run(["run", program] + inputs + flags)
        let compiled = try Tool.run(["run", program, "--compiled"] + inputs + flags)
        #expect(compiled.status == 0, "\(compiled.error)")
        #expect(compiled.output == interpreted.output)
    }

    @Test func compiledRefusesWhatItHasNoTokenFor() throws {
        let outcome = try Tool.run("run", program, "--compiled", "abz")
        #expect(outcome.status == 65)
        #expect(outcome.error.contains(#"token "z" at position 2"#))
    }

    @Test func causalFlagBeatsThePragma() throws {
        #expect(try Tool.run("run", program, "aaa", "--causal").output == "[1, 2, 3]\n")
    }

    @Test func diagnosticsShowTheSource() throws {
        scratch.file("wrong.rasp", "x = select(tokens, tokns, ==);\n")
        let outcome = try Tool.run("run", "wrong.rasp", "a", in: scratch.root)
        #expect(outcome.status == 65)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.error == """
                tracr-inject: error: tokns is not defined [undefined-name]
                  wrong.rasp:1:20
                  x = select(tokens, tokns, ==);
                                     ^~~~~
                  fix: did you mean tokens?

                """)
    }
}
