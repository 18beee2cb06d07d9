import Basics
import Compiler
import RASP
import Testing

/// Means of numbers that nearly cancel: fp32 rounds each of them by more than verification lets their mean differ.
@Suite struct Cancellation {
    private func program(_ numbers: [String], _ body: String, maxLength: Int, causal: Bool = false) throws -> Program {
        let tokens = Array("abcdefghijklmnopqrstuvwxyz".prefix(numbers.count)).map(String.init)
        let amounts = zip(tokens, numbers).map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        return try Program(
            source: """
                #pragma vocab \(tokens.joined(separator: " "))
                #pragma max_length \(maxLength)
                #pragma causal \(causal)
                #pragma output y
                amount = {\(amounts)}[tokens];
                \(body)
                """, name: "amounts")
    }

    /// Refused without running anything, with the variable, the size of the error and a way out.
    @Test(arguments: [
        ["0.1", "1000000.1", "-1000000.2"], ["0.01", "250000.00", "-250000.01"], ["0.3", "70000000.7", "-70000001"],
    ])
    func refused(_ numbers: [String]) throws {
        let program = try program(numbers, "y = aggregate(full_s, amount);", maxLength: 5)
        let refusal = try #require(throws: RASPError.self) { try RASPCompiler.compile(program) }
        #expect(refusal.diagnostics[0].code == .limit && refusal.diagnostics[0].span?.start.line == 6)
        #expect(refusal.description.contains("'y'") && refusal.description.contains("cancel"), "\(refusal)")
        #expect(!refusal.diagnostics[0].notes.isEmpty)
    }

    /// Too many numbers to list what their mean can be: it is shown as it is, and is off by what its numbers are.
    @Test func refusedWhereNothingIsListed() throws {
        let numbers = (0..<12).map { "\(["", "-"][$0 % 2])\(2000 + 317 * $0).\(137 + 61 * $0)" }
        let program = try program(numbers, "y = aggregate(full_s, amount);", maxLength: 24)
        let refusal = try #require(throws: RASPError.self) { try RASPCompiler.compile(program) }
        #expect(refusal.description.contains("cancel"), "\(refusal)")
        // Numbers of one sign cannot cancel, however many.
        let positive = try self.program(
            numbers.map { $0.replacing("-", with: "") }, "y = aggregate(full_s, amount);", maxLength: 24)
        let report = try RASPCompiler.compile(positive).verify(against: positive, count: 300)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    /// What is right is not refused: numbers that fp32 holds, numbers too far apart to cancel, rows that never hold
    /// both signs, means that are known to be one of few numbers.
    @Test(arguments: [
        (["10000000", "-10000000", "1"], "full_s"), (["1000000000000", "1000000000001", "3"], "full_s"),
        (["5000.1", "-0.2", "0.3"], "full_s"),
        (["0.1", "1000.1", "-1000.2"], "full_s"), (["0.1", "1000000.1", "-1000000.2"], "select(tokens, tokens, ==)"),
        (["0.1", "1000000.1", "-1000000.2", "7"], "select(amount, 1, >)"),
    ])
    func compiled(_ numbers: [String], _ selector: String) throws {
        let program = try program(numbers, "y = aggregate(\(selector), amount);", maxLength: 5)
        let report = try RASPCompiler.compile(program).verify(against: program, count: 2000)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        #expect(report.smallestMargin > 0.5)
    }

    /// The mean of a mean that is the same everywhere is that mean.
    @Test func meansOfMeans() throws {
        let program = try program(
            ["0.1", "1000.1", "-1000.2", "3"], "m = aggregate(full_s, amount);\ny = aggregate(full_s, m);", maxLength: 4
        )
        let report = try RASPCompiler.compile(program).verify(against: program, count: 400)
        #expect(report.isExhaustive && report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    /// Random amounts: whatever compiles is right on every input.
    @Test func randomAmounts() throws {
        var random = SeededRandom(seed: 1, stream: "amounts")
        var compiled = 0
        for _ in 0..<60 {
            let scale = random.pick([1, 100, 1000, 1_000_000, 1_000_000_000])
            var cents = (0..<3).map { _ in random.integer(in: -100 * scale...100 * scale) }
            if random.integer(below: 2) == 0 { cents[1] = -cents[0] + random.integer(in: -20...20) }
            let numbers = cents.map {
                "\($0 < 0 ? "-" : "")\(abs($0) / 100).\(abs($0) % 100 < 10 ? "0" : "")\(abs($0) % 100)"
            }
            let body =
                random.pick(["", "m = aggregate(full_s, amount);\n"])
                + "y = aggregate(\(random.pick(["full_s", "select(tokens, \"b\", !=)", "select(indices, indices, <=)"])), amount);"
            let program = try program(numbers, body, maxLength: 5, causal: random.integer(below: 2) == 0)
            guard let model = try? RASPCompiler.compile(program) else { continue }
            compiled += 1
            let report = try model.verify(against: program, count: 400)
            #expect(
                report.isExhaustive && report.mismatches == 0,
                "\(numbers), \(body): \(report.firstMismatch?.description ?? "")")
        }
        #expect(compiled > 30)
    }
}

/// What a mean can be is counted by the combinations there are, not by how finely they lie.
@Suite struct ReachableValues {
    @Test(arguments: [
        (#"{"a": 3.14159265, "b": 2.71828183}"#, "aggregate(full_s, x) * 2", 3),
        (#"{"a": 1000000, "b": 0.000001}"#, "aggregate(full_s, x) - 0.25", 2),
        (#"{"a": 0.1, "b": -1000.2}"#, "aggregate(full_s, x) > 0", 5),
        (#"{"a": 1000000000000, "b": -1000000000000}"#, "aggregate(full_s, x) == 0", 6),
        (#"{"a": 0.123456789, "b": 987.654321}"#, "round(aggregate(full_s, x))", 6),
    ])
    func shortInputs(_ numbers: String, _ y: String, _ maxLength: Int) throws {
        let program = try Program(
            source: "#pragma vocab a b\n#pragma max_length \(maxLength)\nx = \(numbers)[tokens];\ny = \(y);",
            name: "short")
        let report = try RASPCompiler.compile(program).verify(against: program, count: 1000)
        #expect(report.isExhaustive && report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    /// Whole numbers far apart beside ones close together, of which there are few.
    @Test func fewWholeNumbers() throws {
        let program = try Program(
            source: """
                #pragma vocab a b c
                #pragma max_length 4
                #pragma output y
                x = {"a": 5000000000000, "b": 1, "c": 0}[tokens];
                y = aggregate(full_s, x) >= 1000000;
                """, name: "few")
        let report = try RASPCompiler.compile(program).verify(against: program, count: 1000)
        #expect(report.isExhaustive && report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    /// The mean of a mean with tens of thousands of values, which no search may take a call for each of.
    @Test func manyValues() throws {
        let program = try RandomSource.make(seed: 2_001_591)
        do {
            let model = try RASPCompiler.compile(program)
            #expect(try model.verify(against: program, count: 40).passed)
        } catch is RASPError {}
    }
}
