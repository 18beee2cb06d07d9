import RASP
import Testing

/// `loop n { ... }` and `loop n until halted { ... }`, which are unrolled.
@Suite struct LoopTests {
    private func value(_ source: String, _ input: String, of name: String = "x") throws -> [Atom?] {
        let program = try Program(source: source, name: name)
        return try Interpreter().run(program, on: input.unicodeScalars.map { .string(String($0)) }).output
    }

    @Test func soManyTimes() throws {
        #expect(try value("x = indices; loop 3 { x = x + 1; }", "ab") == [3, 4])
        #expect(try value("n = 2; x = indices; loop n * 2 { x = x + n; }", "ab") == [8, 9])
        #expect(try value("x = indices; loop 0 { x = x + 1; }", "ab") == [0, 1])
        #expect(try value("x = indices; loop 2 { loop 2 { x = x + 1; } }", "a") == [4])
        // It is a word at the beginning of such a statement only.
        #expect(try value("loop = 3; x = loop + indices;", "ab") == [3, 4])
        #expect(try value("def loop(a) { return a + 1; } x = loop(indices);", "ab") == [1, 2])
    }

    /// Each position stops by itself, and keeps all of its state from then on.
    @Test func untilAPositionHalts() throws {
        let counting =
            "x = indices; steps = 0; done = x >= 2;\nloop 5 until done { x = x + 1; steps = steps + 1; done = x >= 2; }\n"
        #expect(try value(counting, "abcd") == [2, 2, 2, 3])
        #expect(try value(counting, "abcd", of: "steps") == [2, 1, 0, 0])
        // A position that has halted stays so, whatever is computed for it.
        #expect(
            try value("x = indices; done = x > 0; loop 3 until done { x = x - 1; done = x > 5; }", "ab") == [-3, 1])
        // Halting from the start for all.
        #expect(try value("x = indices; done = True; loop 3 until done { x = x + 1; }", "ab") == [0, 1])
    }

    /// After the sequential parity of ALTA's authors: one position learns its parity from the one before in each round.
    @Test func parity() throws {
        let source = """
            parity = tokens_int;
            done = indices == 0;
            loop 4 until done {
                left_done = shift(indicator(done), 1, 0) == 1;
                parity = (parity + shift(parity, 1, 0)) % 2 if left_done else parity;
                done = left_done;
            }
            #pragma output parity
            """
        #expect(try value(source, "10101") == [1, 1, 0, 0, 1])
        #expect(try value(source, "111") == [1, 0, 1])
    }

    /// A round is described beside the rounds that are run, and leaves nothing else behind.
    @Test func aRoundIsDescribed() throws {
        let source = """
            x = indices;
            list = [x];
            loop 3 { y = x + 1; list = [y]; x = list[0] * 2; draw(x, "ab"); }
            loop 2 { loop 2 { x = x + 1; } }
            result = x;
            """
        let program = try Program(source: source, name: "result")
        #expect(program.drawings.count == 3)
        #expect(program.named.map(\.name) == ["y", "x", "result"])
        #expect(try Interpreter().run(program, on: ["a", "b"]).output == [18, 26])
        let loops = program.repetitions
        #expect(loops.map(\.rounds) == [3, 2] && loops.allSatisfy { $0.refusal == nil })
        #expect(loops[0].states.map(\.name) == ["y", "x"])
        #expect(loops[0].states.map { $0.initial == nil } == [true, false])
        #expect(loops[1].states.first?.initial === loops[0].states[1].last)
        #expect(loops[1].states.first?.last === program.output)
        // What a round makes of a state that it has not seen: twice the number after it.
        let next = Program(name: "next", output: loops[0].states[1].next)
        #expect(try Interpreter().run(next, on: ["a", "b"]).output == [2, 4])
        let refused = try Program(
            source: "x = indices;\nk = 1;\nloop 2 { for i in range(0, k) { x = x + i; } k = k + 1; }", name: "x")
        #expect(refused.repetitions.first?.refusal != nil)
    }

    @Test func whatIsNoLoop() throws {
        for (source, part) in [
            ("x = indices; loop indices { x = 1; }", "whole number"), ("x = 1; loop 1.5 { x = 2; }", "syntax"),
            ("x = indices; loop 2 until h { x = x + 1; }", "h is not defined"),
            ("x = indices; h = [1]; loop 2 until h { x = x + 1; }", "what halts a loop"),
            ("x = indices; loop 2 until 3 { x = x + 1; }", "the name of the s-op"),
            ("x = indices; loop 2 { x = x + 1;", "to end the loop"),
            ("x = indices; loop 1000000000000 { x = x + 1; }", "limit"),
        ] {
            var limits = Limits()
            limits.steps = 10_000
            let found = try #require(throws: RASPError.self) {
                try Program(source: source, name: "x", options: .init(limits: limits))
            }
            #expect(found.diagnostics[0].rendered.contains(part), "\(source): \(found.diagnostics[0].rendered)")
        }
        #expect(throws: RASPError.self) {
            try Program(source: "x = indices; loop 2 { x = x + 1; }", name: "x", options: .init(strict: true))
        }
    }
}
