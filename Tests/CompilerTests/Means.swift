import Basics
import Compiler
import RASP
import Testing

/// Averages and what is made of them: the weights give what the interpreter gives, to the last input.
@Suite struct Means {
    /// Compiles, and compares on every input or on 1,500.
    @discardableResult
    private func check(_ body: String, vocabulary: String = "a b c", maxLength: Int = 6, causal: Bool = true) throws
        -> CompiledModel
    {
        let source = """
            #pragma vocab \(vocabulary)
            #pragma max_length \(maxLength)
            #pragma causal \(causal)
            #pragma output y
            past = select(indices, indices, <=);
            a = aggregate(past, indicator(tokens == "a"));
            b = aggregate(past, indicator(tokens == "b"));
            \(body)
            """
        let program = try Program(source: source, name: "means")
        let model = try RASPCompiler.compile(program)
        let report = try model.verify(against: program, count: 1500, seed: 7)
        #expect(report.verified > 100)
        #expect(report.mismatches == 0, "\(body): \(report.firstMismatch?.description ?? "")")
        #expect(report.smallestMargin > 0.9, "\(body)")
        return model
    }

    /// Values that are equal but for rounding, 0.6 - 0.4 and 0.2, are classes of their own to the interpreter.
    @Test(arguments: ["a + b", "a - b", "a * b", "(a + b) / 2", "(a if a > b else b)", "(a / b if b > 0 else 0)"])
    func branches(_ value: String) throws {
        for condition in [
            "tokens == \"c\"", "a > b", "a == b", "a + b == 1", "a - b >= 0.2", "a * b < 0.1", "a - b > 0.5",
        ] {
            try check("y = \(value) if \(condition) else b - a;")
        }
    }

    @Test func absoluteDifference() throws {
        let model = try check("d = a - b;\ny = -d if d < 0 else d;")
        let output = try model.run(["a", "a", "a", "b", "b"])
        #expect(output.last??.description == "0.19999999999999996")
    }

    @Test func bothWays() throws {
        let source = """
            #pragma vocab 0 1 2
            #pragma max_length 3
            #pragma output y
            a = aggregate(select(indices, indices, <=), tokens_int);
            b = aggregate(select(indices, indices, >=), tokens_int);
            y = a - b if tokens == "0" else 0;
            """
        let program = try Program(source: source, name: "both")
        let report = try RASPCompiler.compile(program).verify(against: program, count: 100)
        #expect(report.isExhaustive && report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    @Test func meansOfMeans() throws {
        let nested = "m = aggregate(past, a);\nn = aggregate(past, b);\n"
        for y in ["m > 0.5", "m > n", "m == n", "\"more\" if m > n else \"less\"", "m - n if m > n else n - m"] {
            try check(nested + "y = \(y);")
        }
    }

    /// Two averages have 65 values each over inputs of 14, their sums a thousand.
    @Test(arguments: [
        "y = a - b if a > b else b - a;", "d = a - b;\ny = -d if d < 0 else d;", "y = a if a > b else b;",
        "y = a + b > 0.5;", "y = a * b > 0.2;",
        "y = a - b >= 0.2;", "y = (a + b) / 2;", "y = \"same\" if a == b else \"more\" if a > b else \"less\";",
        "y = a / b > 2 if b > 0 else False;",
    ])
    func longInputs(_ body: String) throws { try check(body, maxLength: 14) }

    @Test(arguments: ["y = a - b if a > b else b - a;", "d = a - b;\ny = -d if d < 0 else d;"])
    func numbersWrittenAsNumbersAreNarrow(_ body: String) throws {
        #expect(try check(body, maxLength: 22).hiddenSize < 20)
    }

    /// Empty rows of one mean hold different things for different defaults.
    @Test func defaultsThatAreNoNumbers() throws {
        let never = select(tokens, "x", .equal) && select(indices, indices, .less)
        let (p, q) = (aggregate(never, indices, default: "p"), aggregate(never, indices, default: "q"))
        let program = Program(
            name: "defaults", output: sequenceMap(p, q) { .bool($0 == "p" && $1 == "q") }, outputName: "out",
            variables: [("p", p), ("q", q)], vocabulary: ["x", "y"], maxLength: 5, causal: true)
        let report = try RASPCompiler.compile(program).verify(against: program, count: 100)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    @Test func twins() throws {
        let source = """
            #pragma vocab a b c
            #pragma max_length 4
            count = selector_width(select(tokens, "b", ==));
            again = selector_width(select(tokens, "b", ==)) + count;
            y = again + indices;
            """
        let program = try Program(source: source, name: "twice")
        let model = try RASPCompiler.compile(program)
        #expect(try model.run(["b", "a", "b"]) == [4, 5, 6])
        #expect(try model.verify(against: program, count: 200).passed)
    }

    /// A selector between multiples of one mean reads the mean itself, which some combinations of them never come from.
    @Test func selectorBetweenMultiples() throws {
        let source = """
            #pragma vocab "0" "1"
            #pragma max_length 6
            #pragma causal false
            #pragma output result
            a = aggregate(select(indices, indices, <), {"0": 2, "1": 5}[tokens_str]);
            b = a + a;
            c = a - b;
            d = b - c;
            result = selector_width(select(c, d, ==));
            """
        let program = try Program(source: source, name: "multiples")
        let report = try RASPCompiler.compile(program).verify(against: program, count: 200)
        #expect(report.isExhaustive && report.passed, "\(report.firstMismatch?.description ?? "")")
    }

    /// Numbers that fp32 cannot hold, and means closer than it resolves, are refused with the place.
    @Test(arguments: [
        "y = aggregate(past, indices * 10.0 ^ 40);",
        "m = aggregate(past, {\"a\": 1, \"b\": 1.0000001, \"c\": 1.0000003}[tokens]);\ny = m > 1.00000005;",
    ])
    func refused(_ body: String) throws {
        let error = try #require(throws: RASPError.self) { try check(body, maxLength: 4) }
        #expect(error.diagnostics[0].span != nil && !error.diagnostics[0].notes.isEmpty, "\(error)")
    }
}
