import Foundation
import Testing

/// The session in the language: as a script, and on a pseudo-terminal with its keys.
@Suite struct ConsoleTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func aScriptPrintsWhatStatementsShow() throws {
        let outcome = try Tool.run(
            "run", input: "x = sort(tokens, tokens);\nx(\"cab\");\n:layers x\n:type x\nexit\nignored;\n",
            in: scratch.root)
        #expect(
            outcome.output == """
                     s-op: x
                 \t Example: x("hello") = [e, h, l, l, o] (strings)
                \t =  [a, b, c] (strings)
                s-op   layers heads per layer
                ------ ------ ---------------
                tokens      0
                x           2 2 1
                s-op of strings

                """)
        #expect(outcome.status == 0 && outcome.error.isEmpty)
    }

    @Test func commandsCompileVerifyAndDraw() throws {
        let input =
            "set example \"abc\"\nr = aggregate(select(indices, length - 1 - indices, ==), tokens);\n:verify r\n:compile r to out\n:draw r\ndraw(r, \"ab\");\n:nonsense\n:type 1 +\n"
        let outcome = try Tool.run("run", input: input, in: scratch.root)
        #expect(
            outcome.output.contains("verified")
                && outcome.output.contains("39 inputs (all there are): equal to the interpreter"))
        #expect(
            outcome.output.contains("written to")
                && FileManager.default.fileExists(atPath: scratch.path("out/model.safetensors")))
        #expect(FileManager.default.fileExists(atPath: scratch.path("r.svg")))
        #expect(
            outcome.error.contains("there is no command :nonsense") && outcome.error.contains("expected an expression"))
        #expect(outcome.status == 0)
    }

    @Test func transcriptModePrintsPromptsAndTheReferencesErrors() throws {
        let outcome = try Tool.run("run", "--transcript", input: "a = nope;\nexit\n", in: scratch.root)
        #expect(
            outcome.output == """
                RASP 0.1
                running example is: hello
                >> \t\t!!ignoring input:
                \t Error: Undefined variable: nope
                >>\u{20}

                """)
    }

    @Test func aTerminalHasEditingHistoryAndCompletion() throws {
        let terminal = try terminal()
        // A slip mended with the cursor: to the start, three to the right, delete, insert.
        try terminal.type("tokans;\u{1}\u{1B}[C\u{1B}[C\u{1B}[C\u{1B}[3~e\r", expecting: "= [h, e, l, l, o] (strings)")
        // Completed to the only name; the former line again and changed at its end.
        try terminal.type("indi\t\t", expecting: "indic", thenPrompt: false)
        try terminal.type("es;\r", expecting: "(ints)")
        try terminal.type("leng\t;\r", expecting: "[5]*5 (ints)")
        try terminal.type("\u{1B}[A\u{1B}[A\u{7F} + 1;\r", expecting: "[1, 2, 3, 4, 5] (ints)")
        // Several lines, the second prompt deeper; Ctrl-C drops a statement begun.
        try terminal.type("def f(a) {\r", expecting: "..   ", thenPrompt: false)
        try terminal.type("return a * 7; }\r", expecting: "function: f(a)")
        try terminal.type("def g(b) {\r", expecting: "..   ", thenPrompt: false)
        try terminal.type("\u{3}", expecting: "^C")
        try terminal.type("f(6);\r", expecting: "42")
        try terminal.type(":ty\t f(indices)\r", expecting: "s-op of ints")
        // Ctrl-R finds the last line that holds what is typed, again an older one: `:type f(indices)`, `indices + 1;`,
        // `indices;`.
        try terminal.type("\u{12}ind", expecting: "(search) ind: ", thenPrompt: false)
        try terminal.type("\u{12}\u{12}\r", expecting: "[0, 1, 2, 3, 4] (ints)")
        try terminal.type("\u{4}", expecting: "\r\n", thenPrompt: false)
        #expect(terminal.waitForExit() == 0)
        let history = try String(contentsOfFile: scratch.path("tracr-inject/history"), encoding: .utf8)
        #expect(
            history.hasPrefix("tokens;\nindices;\nlength;\nindices + 1;\ndef f(a) {\n")
                && history.hasSuffix(":type f(indices)\nindices;\n"))
    }

    private func terminal() throws -> PseudoTerminal {
        let environment = ["XDG_STATE_HOME": scratch.root.path, "TERM": "xterm", "NO_COLOR": "1"]
        let terminal = try PseudoTerminal(["run"], environment: environment, in: scratch.root)
        try terminal.wait(for: ">> \u{1B}[K")
        return terminal
    }

    @Test func aTerminalAnswersEveryCommand() throws {
        let terminal = try terminal()
        try terminal.type("set example \"abc\"\r", expecting: "\r\n")
        try terminal.type(
            "r = aggregate(select(indices, length - 1 - indices, ==), tokens);\r", expecting: "[c, b, a] (strings)")
        try terminal.type(":layers r\r", expecting: "r           2 1 1\r\n")
        try terminal.type(":trace r\r", expecting: "0 a     a      c\r\n1 b     b      b\r\n2 c     c      a\r\n")
        try terminal.type(":type r\r", expecting: "s-op of strings\r\n")
        try terminal.type(":compile r to model\r", expecting: "written to")
        try terminal.type(":verify r\r", expecting: "39 inputs (all there are): equal to the interpreter")
        try terminal.type(":draw r to r.svg\r", expecting: "drawn: r.svg")
        try terminal.type(":help\r", expecting: "Tab completes names.")
        try terminal.type(":nonsense\r", expecting: "there is no command :nonsense")
        try terminal.type(":quit\r", expecting: "\r\n", thenPrompt: false)
        #expect(terminal.waitForExit() == 0)
        #expect(FileManager.default.fileExists(atPath: scratch.path("model/model.safetensors")))
        #expect(FileManager.default.fileExists(atPath: scratch.path("r.svg")))
    }

    /// Ctrl-C ends a computation of many seconds, not the session.
    @Test func aComputationCanBeInterrupted() throws {
        let terminal = try terminal()
        try terminal.type(
            "for i in range(50000) { x = sort(tokens, tokens)(\"abcdefghij\" * 20); }\r", expecting: "\r\n",
            thenPrompt: false)
        try terminal.waitUntilKeysAreSignals()
        terminal.interrupt()
        try terminal.type("", expecting: "interrupted")
        try terminal.type("1 + 1;\r", expecting: "2\r\n")
        try terminal.type("\u{4}", expecting: "\r\n", thenPrompt: false)
        #expect(terminal.waitForExit() == 0)
    }
}
