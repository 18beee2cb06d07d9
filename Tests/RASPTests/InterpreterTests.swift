import RASP
import Testing

@Suite struct InterpreterTests {
    private func atoms(_ text: String) -> [Atom] { text.unicodeScalars.map { .string(String($0)) } }

    // spec §8.5 evaluation does not recurse over depth
    @Test func aLongChainIsEvaluatedAndReleasedWithoutRecursion() throws {
        // 300,000 links would overflow an 8 MiB stack if either evaluation or deinit recursed.
        var sop: SOp = indices
        for _ in 0..<300_000 { sop = SOp(.elementwise(.plus, [sop])) }
        #expect(try Interpreter().evaluate(sop, on: atoms("abc")) == [0, 1, 2])
        var selector = selectAll()
        for _ in 0..<100_001 { selector = !selector }
        sop = selectorWidth(selector)
        #expect(try Interpreter().evaluate(sop, on: atoms("abc")) == [0, 0, 0])
    }

    @Test func selectComparesKeyWithQueryAndCausalModeMasksIt() throws {
        let before = select(indices, indices, .less)
        #expect(try Interpreter().evaluate(selectorWidth(before), on: atoms("abcd")) == [0, 1, 2, 3])
        let same = selectorWidth(select(tokens, tokens, .equal))
        #expect(try Interpreter().evaluate(same, on: atoms("abab")) == [2, 2, 2, 2])
        #expect(try Interpreter(causal: true).evaluate(same, on: atoms("abab")) == [1, 1, 2, 2])
        let other = selectorWidth(!select(tokens, tokens, .equal))
        #expect(try Interpreter(causal: true).evaluate(other, on: atoms("abab")) == [0, 1, 1, 2])
    }

    @Test func aggregateAveragesKeepsSingleHitsAndLeavesEmptyRowsUndefined() throws {
        let previous = select(indices, indices) { key, query in key == .int(query.integerValue! - 1) }
        #expect(try Interpreter().evaluate(aggregate(previous, tokens), on: atoms("abc")) == [nil, "a", "b"])
        #expect(
            try Interpreter().evaluate(aggregate(previous, tokens, default: "?"), on: atoms("abc")) == ["?", "a", "b"])
        let upTo = select(indices, indices, .lessOrEqual)
        #expect(try Interpreter().evaluate(aggregate(upTo, indices), on: atoms("abc")) == [0, 0.5, 1.0])
        #expect(try Interpreter().evaluate(sum(upTo, indices), on: atoms("abc")) == [0, 1, 3])
        // What is computed from an undefined value is undefined.
        let chained = map(aggregate(previous, indices)) { try Arithmetic.add($0, 1) }
        #expect(try Interpreter().evaluate(chained, on: atoms("abc")) == [nil, 1, 2])
    }

    @Test func anErrorNamesPositionTokenAndOperands() throws {
        let quotient = 10 / indices
        do {
            _ = try Interpreter().evaluate(quotient, on: atoms("xyz"))
            Issue.record("division by zero was accepted")
        } catch let error as RASPError {
            #expect(error.description.contains("division by zero: 10 / 0, at position 0 (token \"x\")"))
        }
        let mean = aggregate(selectAll(), tokens)
        #expect { try Interpreter().evaluate(mean, on: atoms("xy")) } throws: {
            "\($0)".contains("cannot average strings")
        }
    }

    @Test(arguments: [1, 63, 64, 65, 130]) func matricesOfAnySizeAgreeWithTheDefinition(size: Int) throws {
        let input = (0..<size).map { Atom.int($0 * 7 % 5) }
        let selector = !(select(tokens, tokens, .equal) && select(indices, indices, .lessOrEqual))
        for causal in [false, true] {
            let matrix = try Interpreter(causal: causal).matrix(of: selector, on: input)
            for row in 0..<size {
                for column in 0..<size {
                    let holds = !(input[row] == input[column] && column <= row) && (!causal || column <= row)
                    #expect(matrix[row, column] == holds)
                }
            }
        }
    }
}
