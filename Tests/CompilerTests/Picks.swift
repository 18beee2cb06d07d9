import Compiler
import RASP
import Testing

/// One position of those selected, by one head: under every tie, and at lengths at which scores grow large.
@Suite struct Picks {
    private static let cases: [(Occurrence, Bool)] = Occurrence.allCases.flatMap { [($0, false), ($0, true)] }

    /// Every input up to length 5, for conditions between none and two, values of each kind, and empty rows.
    @Test(arguments: cases) func everyInput(_ occurrence: Occurrence, _ causal: Bool) throws {
        let selectors = [
            selectAll(), select(tokens, "b", .equal), select(tokens, tokens, .equal),
            select(tokens, tokens, .notEqual) && select(indices, indices, .notEqual),
            select(tokens, "a", .equal) && select(indices, indices, .less),
            select(indices, indices, .notEqual) && !(select(tokens, "c", .equal) && select(indices, 1, .less)),
        ]
        let shifted = aggregate(select(indices, indices - 1, .equal), tokens)
        for (number, selector) in selectors.enumerated() {
            for (values, defaultValue) in [(tokens, "?"), (indices, -1), (shifted, nil)] as [(SOp, Atom?)] {
                let program = Program(
                    name: "pick", output: pick(selector, values, default: defaultValue, occurrence), outputName: "out",
                    vocabulary: ["a", "b", "c"], maxLength: 5, causal: causal)
                let model = try RASPCompiler.compile(program)
                let report = try model.verify(against: program, count: 400)
                #expect(report.isExhaustive && report.undefinedInputs == 0)
                #expect(report.mismatches == 0, "selector \(number): \(report.firstMismatch?.description ?? "")")
                #expect(report.smallestMargin > 0.99)
                #expect(model.headsPerLayer.max() == 1)
            }
        }
    }

    private func compiled(_ source: String) throws -> (program: Program, model: CompiledModel) {
        let program = try Program(source: source, name: "test")
        return (program, try RASPCompiler.compile(program))
    }

    @Test func lastOccurrenceTakesOneLayerAndOneHead() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab a b c d
            #pragma max_length 30
            #pragma causal true
            y = lasts(tokens, "a", -1);
            """)
        #expect(model.layerCount == 1 && model.headsPerLayer == [1])
        #expect(try model.verify(against: program, count: 300).passed)
        #expect(try model.run(["c", "a", "b", "d", "a", "b"]) == [-1, 1, 1, 1, 4, 4])
    }

    /// The value before the last `a`: a shift, then one head.
    @Test func aValueBesideTheLastOccurrence() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab a b c d
            #pragma max_length 30
            #pragma causal true
            y = pick(select(tokens, "a", ==), shift(tokens, 1, "?"), "?", last);
            """)
        #expect(model.layerCount == 2 && model.headsPerLayer == [1, 1])
        #expect(try model.run(["c", "a", "b", "d", "a", "b"]) == ["?", "c", "c", "c", "d", "d"])
        #expect(try model.verify(against: program, count: 300).passed)
    }

    /// Rows of a thousand positions, at both ends and in between; for the nearest as many as fp32 scores tell apart.
    @Test(arguments: [(Occurrence.first, 1000), (.last, 1000), (.closest, 150)])
    func longInputs(_ occurrence: Occurrence, _ length: Int) throws {
        let program = Program(
            name: "pick", output: pick(select(tokens, "b", .equal), indices, default: -1, occurrence),
            vocabulary: ["a", "b"], maxLength: length, causal: false)
        let model = try RASPCompiler.compile(program)
        for places in [
            [], [0], [length - 1], [0, length - 1], [3, 4], [length / 2, length / 2 + 1], [1, 5, 9, 400],
        ] {
            let input = (0..<length).map { Atom.string(places.contains($0) ? "b" : "a") }
            #expect(try model.run(input) == Interpreter().evaluate(program.output, on: input), "\(places)")
        }
        #expect(
            try model.run([Atom](repeating: "b", count: length)).first == (occurrence == .last ? .int(length - 1) : 0))
    }

    /// Numbers too many for a direction each, and means that are not even listed, are copied as numbers.
    @Test func numbersAreCopied() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab 0 1 2 5 11
            #pragma max_length 7
            m = aggregate(select(indices, indices, <=), {"0": 0.25, "1": 1, "2": 2.5, "5": 100, "11": 3000}[tokens]);
            y = pick(select(indices, indices, <), m, -1, last);
            """)
        let report = try model.verify(against: program, count: 300)
        #expect(report.passed, "\(report.firstMismatch?.description ?? "")")
    }

    @Test func scoresTooLargeAreRefused() throws {
        let source =
            "#pragma vocab a b\n#pragma max_length 400\ny = pick(select(tokens, \"b\", ==), indices, -1, closest);"
        let program = try Program(source: source, name: "test")
        let refusal = try #require(throws: RASPError.self) { try RASPCompiler.compile(program) }
        #expect(refusal.diagnostics[0].code == .limit && refusal.diagnostics[0].span?.start.line == 3)
        #expect(refusal.diagnostics[0].message.contains("exact in fp32"))
        #expect(!refusal.diagnostics[0].notes.isEmpty)
        // Under a mask the nearest is the last, whose scores grow with the length alone.
        #expect(throws: Never.self) { try RASPCompiler.compile(program, options: CompilerOptions(causal: true)) }
        // Behind a layer normalisation scores are off by their size.
        var behind = CompilerOptions(maxLength: 40)
        behind.readError = 0x1p-14
        let unclear = try #require(throws: RASPError.self) { try RASPCompiler.compile(program, options: behind) }
        #expect(unclear.diagnostics[0].message.contains("layer normalisation"))
    }

    /// The same sums by weights as without them: addition right to left, after the example of ALTA's authors, one
    /// pointer each for both numbers and the result.
    @Test func numericAddition() throws {
        let (program, model) = try compiled(Self.addition)
        let atoms = "s789+456e".map { Atom.string(String($0)) }
        let expected: [Atom?] = [0, 0, 0, 0, 1, 2, 4, 5, 0]
        #expect(try Interpreter().run(program, on: atoms).output == expected)
        #expect(try model.run(atoms) == expected)
        #expect(try model.run("s9+1e".map { .string(String($0)) }) == [0, 0, 1, 0, 0])
        let report = try model.verify(against: program, count: 300)
        #expect(report.passed, "\(report.firstMismatch?.description ?? "")")
    }

    /// A round of the loop is a layer: what halted keeps its state in the same MLP.
    @Test func aRoundIsALayer() throws {
        let (program, model) = try compiled(
            """
            #pragma vocab 0 1
            #pragma max_length 6
            parity = tokens_int;
            done = indices == 0;
            loop 5 until done {
                left_done = shift(indicator(done), 1, 0) == 1;
                parity = (parity + shift(parity, 1, 0)) % 2 if left_done else parity;
                done = left_done;
            }
            result = parity;
            #pragma output result
            """)
        #expect(model.layerCount <= 6, "\(model.layerCount)")
        let report = try model.verify(against: program, count: 200)
        #expect(report.isExhaustive && report.passed, "\(report.firstMismatch?.description ?? "")")
    }

    private static let addition = """
        #pragma vocab 0 1 2 3 4 5 6 7 8 9 s + e
        #pragma max_length 9
        digits = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "s": -1, "+": -1, "e": -1};
        value = digits[tokens];
        def right(x) { return aggregate(select(indices, indices + 1, ==), x, 0); }
        next = shift(tokens, -1, "_");
        b = indicator(next == "e");
        a = indicator(next == "+");
        out_place = b;
        carry = 0 * indices;
        sum_digit = 0 * indices;
        finished = 0 * indices;
        for t in range(4) {
            x = pick(select(a, 1, ==), value, -1, first);
            y = pick(select(b, 1, ==), value, -1, first);
            over = x == -1;
            total = carry + x + y;
            digit = (carry if finished == 0 else sum_digit) if over else total % 10;
            sum_digit = digit if out_place == 1 else sum_digit;
            finished = 1 if over else finished;
            carry = carry if over else indicator(total > 9);
            a = a if over else right(a);
            b = b if over else right(b);
            out_place = out_place if over else right(out_place);
        }
        result = sum_digit;
        #pragma output result
        """
}
