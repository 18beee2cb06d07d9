import Foundation
import RASP
import Testing

/// Library functions that take a list of values, sums so far, and tables of several variables.
@Suite struct ListedValuesTests {
    private func values(_ expression: String, _ input: [Atom]) throws -> [Atom?] {
        try Interpreter().run(Program(source: expression, name: "x"), on: input).output
    }

    @Test(arguments: ["[0, 1, 2]", "[2, 0, 1]", "[1, 2, 0]"]) func theOrderOfTheListSaysNothing(list: String) throws {
        let input: [Atom] = ["1", "0", "2", "1"]
        #expect(try values("x = maximum(tokens_int, \(list));", input) == [1, 1, 2, 2])
        #expect(try values("x = minimum(tokens_int, \(list));", input) == [1, 0, 0, 0])
        #expect(try values("x = argmax(tokens_int, \(list));", input) == [0, 0, 2, 2])
        #expect(try values("x = argmin(tokens_int, \(list));", input) == [0, 1, 1, 1])
        #expect(try values("x = max_of(full_s, tokens_int, \(list), 9);", input) == [2, 2, 2, 2])
        #expect(try values("x = min_of(full_s, tokens_int, \(list), 9);", input) == [0, 0, 0, 0])
    }

    @Test func whatIsNotListedIsPassedOver() throws {
        let input: [Atom] = ["2", "0", "1", "2", "2"]
        #expect(try values("x = maximum(tokens_int, [1, 0]);", input) == [0, 0, 1, 1, 1])
        #expect(try values("x = minimum(tokens_int, [1, 0]);", input) == [1, 0, 0, 0, 0])
        #expect(try values("x = mode(tokens_int, [1, 0]);", input) == [1, 0, 1, 1, 1])
        #expect(try values("x = max_of(select(indices, 0, ==), tokens_int, [1, 0], 9);", input) == [9, 9, 9, 9, 9])
    }

    @Test func listsInOrder() throws {
        #expect(try values("x = indices + ascending([3, 1, 2])[0];", ["a"]) == [1])
        #expect(try values("x = indices + descending([3, 1.5, 2])[2];", ["a"]) == [1.5])
        for wrong in ["[1, \"a\"]", "tokens", "[[1]]", "3"] {
            #expect(throws: RASPError.self) { try Program(source: "x = ascending(\(wrong))[0] + indices;", name: "x") }
        }
    }

    /// Sums of integers are integers, whatever the mean was rounded to; fractions would be rounded away.
    @Test func sumsSoFar() throws {
        #expect(throws: RASPError.self) { try values("x = prefix_sum(tokens_float);", ["0.5", "1.5"]) }
        #expect(try values("x = prefix_sum(tokens_float);", ["2", "1"]) == [2, 3])
        let digits: [Atom] = ["1", "9", "9", "0", "7", "3", "3"]
        let sums = try values("x = prefix_sum(tokens_int);", digits)
        #expect(sums.map { $0?.description } == ["1", "10", "19", "19", "26", "29", "32"])
    }

    private static let table = "d = {1: {1: \"a\", 2: \"b\"}, 2: {1: \"c\", 2: \"d\"}};\n"

    @Test(arguments: ["d[tokens_int, indices + 1, 0]", "tokens[0, 1]", "d[1, tokens_int, indices]"])
    func moreVariablesThanLevels(expression: String) throws {
        do {
            _ = try Program(source: Self.table + "x = \(expression);", name: "x")
            Issue.record("\(expression) was accepted")
        } catch let error as RASPError {
            #expect(error.diagnostics.count == 1 && error.diagnostics[0].message.contains("more variables"))
        }
    }

    @Test func levelsAndThenAPosition() throws {
        #expect(try values(Self.table + "x = d[tokens_int, indices + 1];", ["1", "2"]) == ["a", "d"])
        #expect(try values(Self.table + "x = d[tokens_int][indices + 1][0];", ["1", "2"]) == ["a", "a"])
        #expect(try values(Self.table + "x = d[2, 1];\nx = tokens == x;", ["c", "2"]) == [true, false])
    }

    @Test func smallNumbersAreShown() {
        let shown = [Atom.float(1e-5), -0.001234567, 0.5, 0.012345, 0, 1, "a"].map(\.shown)
        #expect(shown == ["1e-05", "-0.00123", "0.5", "0.012", "0", "1", "a"])
    }

    /// Loading is bounded in all, not in depth alone.
    @Test func loadsAreCounted() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("loads-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for depth in 0..<20 {
            let next = "load \"l\(depth + 1)\";\n"
            try (next + next + "x = tokens;").write(
                to: folder.appendingPathComponent("l\(depth).rasp"), atomically: true, encoding: .utf8)
        }
        try "x = tokens;".write(to: folder.appendingPathComponent("l20.rasp"), atomically: true, encoding: .utf8)
        do {
            _ = try Program.load(contentsOf: folder.appendingPathComponent("l0.rasp"))
            Issue.record("a million loads were made")
        } catch let error as RASPError {
            #expect(error.diagnostics.contains { $0.code == .limit && $0.message.contains("loads more than") })
        }
    }

    /// Places are told once, however often a function is called or a loop goes round.
    @Test func warningsOfOnePlaceAreOne() throws {
        let source = "def ahead(s) { return aggregate(select(indices, indices + 1, ==), s, \"?\"); }\n"
        let program = try Program(source: source + "x = ahead(ahead(tokens));\nunused = select(1, 1, ==);", name: "x")
        #expect(CausalCheck.warnings(for: program, masked: true).count == 1)
    }

    /// A trace shows variables that the output does not need; their selectors are told of with it.
    @Test func selectorsOfShownVariables() throws {
        let source = "#pragma causal true\nn = length;\nx = tokens;"
        let program = try Program(source: source, name: "x")
        #expect(CausalCheck.warnings(for: program, masked: false).isEmpty)
        #expect(CausalCheck.warnings(for: program, masked: false, showsVariables: true).count == 1)
    }
}
