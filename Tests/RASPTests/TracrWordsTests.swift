import RASP
import Testing

/// What tracr's programs need of the text language: no value, tables of several variables, `//`, exponents, and hints
/// where a number is meant.
@Suite struct TracrWordsTests {
    private func value(_ source: String, _ input: [Atom]) throws -> [Atom?] {
        try Interpreter().run(try Program(source: source, name: "x"), on: input).output
    }

    private func message(_ source: String, _ input: [Atom]) throws -> Diagnostic {
        try #require(throws: RASPError.self) { try value(source, input) }.diagnostics[0]
    }

    @Test func noValue() throws {
        let changes = "x = tokens if tokens != shift(tokens, 1, \"?\") else None;"
        #expect(try value(changes, ["a", "a", "b"]) == ["a", nil, "b"])
        #expect(try value("x = aggregate(select(indices, indices - 1, ==), tokens, None);", ["a", "b"]) == [nil, "a"])
        #expect(try value("x = {\"a\": 1, \"b\": None}[tokens];", ["a", "b"]) == [1, nil])
        #expect(try value("x = [None, 5][indices];", ["a", "b"]) == [nil, 5])
        #expect(try value("x = None;", ["a"]) == [nil])
        // What is computed from no value is none, except by a conditional that does not choose it.
        let gap = "g = [None, 5][indices];\n"
        #expect(try value(gap + "x = g + 1;", ["a", "b"]) == [nil, 6])
        #expect(try value(gap + "x = defined(g);", ["a", "b"]) == [false, true])
        #expect(try value(gap + "x = g if defined(g) else 0;", ["a", "b"]) == [0, 5])
        #expect(try value(gap + "x = 1 if g == 5 else 0;", ["a", "b"]) == [nil, 1])
        #expect(try message("x = tokens == None;", ["a"]).message.contains("gives no value"))
        #expect(try message("x = None + 1;", ["a"]).notes.contains { $0.contains("defined(x)") })
        // The reference has no such word.
        #expect(throws: RASPError.self) { try Program(source: "x = None;", name: "x", options: .init(strict: true)) }
    }

    @Test func tablesOfSeveralVariables() throws {
        let table = "d = {1: {1: \"a\", 2: \"b\"}, 2: {1: \"c\", 2: \"d\"}};\n"
        #expect(try value(table + "x = d[tokens_int, indices + 1];", ["1", "2"]) == ["a", "d"])
        #expect(try value(table + "x = d[tokens_int][indices + 1];", ["2", "1"]) == ["c", "b"])
        #expect(try value(table + "x = d[tokens_int, 2];", ["2", "1"]) == ["d", "b"])
        #expect(try value(table + "x = d[2][indices + 1];", ["a", "a"]) == ["c", "d"])
        #expect(try value("x = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]][indices, 1, indices];", ["a", "a"]) == [3, 8])
        #expect(try value("x = {\"a\": [10, None]}[tokens, indices];", ["a", "a"]) == [10, nil])
        #expect(try message(table + "x = d[tokens_int];", ["1"]).message.contains("nested 2 deep"))
        #expect(try message(table + "x = d[tokens_int, indices + 3];", ["1"]).message.contains("no key 3"))
        #expect(try message("x = {1: {1: 2}, 2: 3}[tokens_int, 1];", ["2"]).message.contains("no table"))
        #expect(throws: RASPError.self) {
            try Program(source: table + "x = d[1, 2];", name: "x", options: .init(strict: true))
        }
    }

    @Test func wholeQuotients() throws {
        #expect(try value("x = [7 // 2, -7 // 2, 7 // -2, -7 // -2, 6 // 3][indices];", ["a"]) == [3])
        let quotients = (0..<5).map { "[7 // 2, -7 // 2, 7 // -2, -7 // -2, 6 // 3][\($0)]" }
        let all = quotients.map { "indices * 0 + \($0)" }
        #expect(try all.map { try value("x = \($0);", ["a"])[0] } == [3, -4, -4, 3, 2])
        #expect(try value("x = 7.5 // 2 + 0 * indices;", ["a"]) == [3.0])
        // By Python: 0.1 is a little more than a tenth.
        #expect(try value("x = 1.0 // 0.1 + 0 * indices;", ["a"]) == [9.0])
        #expect(try value("x = 1.0 % 0.1 + 0 * indices;", ["a"]) == [0.09999999999999995])
        #expect(try value("x = -1.0 // 0.1 + 0 * indices;", ["a"]) == [-10.0])
        #expect(try value("x = 0.3 // -0.1 + 0 * indices;", ["a"]) == [-3.0])
        #expect(try value("x = -0.7 // 0.25 + 0 * indices;", ["a"]) == [-3.0])
        #expect(try value("x = indices // 2 * 10;", ["a", "a", "a"]) == [0, 0, 10])
        #expect(try message("x = 1 // indices;", ["a"]).message.contains("division by zero"))
        #expect(
            try message("x = (0 - 9223372036854775807 - 1) // (0 - 1) + indices;", ["a"]).message.contains("overflow"))
        #expect(throws: RASPError.self) { try Program(source: "x = 7 // 2;", name: "x", options: .init(strict: true)) }
    }

    @Test func exponents() throws {
        #expect(try value("x = tokens_int + 1e-5;", ["0", "1"]) == [1e-5, 1.00001])
        #expect(try value("x = 2.5E3 + 0 * indices;", ["a"]) == [2500.0])
        #expect(try value("x = 1e2 * (indices + 1);", ["a"]) == [100.0])
        // e and no digits begin a name.
        #expect(throws: RASPError.self) { try Program(source: "x = 1e;", name: "x") }
        #expect(throws: RASPError.self) { try Program(source: "x = 1e999;", name: "x") }
        #expect(throws: RASPError.self) { try Program(source: "x = 1e5;", name: "x", options: .init(strict: true)) }
    }

    @Test func hints() throws {
        #expect(try message("x = tokens + 1;", ["1", "2"]).notes.contains { $0.contains("tokens_int") })
        #expect(try !message("x = tokens + 1;", ["a"]).notes.contains { $0.contains("tokens_int") })
        #expect(try message("x = 1 / indices if indices != 0 else 0;", ["a"]).notes.contains { $0.contains("guard") })
        #expect(
            try value("x = 1 / (indices if indices != 0 else 1) if indices != 0 else 0.5;", ["a", "a"]) == [0.5, 1.0])
        #expect(
            try message("x = aggregate(select(indices, indices - 1, ==), tokens);", ["a", "b"]).notes.contains {
                $0.contains("None")
            })
        // The default is put in where there was none.
        let source = "x = aggregate(select(indices, indices - 1, ==), tokens);"
        let fix = try #require(try message(source, ["a", "b"]).fixIt)
        #expect(fix.replacement == ", None" && fix.span.start == (1, 55) && fix.span.end == (1, 55))
        let stated = try message("x = aggregate(select(indices, indices - 1, ==), tokens, 0);", ["a", "b"])
        #expect(stated.fixIt == nil && stated.code == .type)
    }
}
