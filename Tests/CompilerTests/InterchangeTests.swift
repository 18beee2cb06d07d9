import Compiler
import RASP
import Testing

/// A variable taken over from another input's run.
@Suite struct InterchangeTests {
    private func model() throws -> CompiledModel {
        let program = try Program(
            source: """
                #pragma vocab a b
                #pragma max_length 4
                #pragma causal true
                n = selector_width(select(tokens, "a", ==));
                twice = n + n;
                result = twice + 1;
                """, name: "result")
        // Fused, the result would be a function of what n is computed from.
        return try RASPCompiler.compile(program, options: CompilerOptions(fuseThroughNamedVariables: false))
    }

    private func tokens(_ text: String) -> [Atom] { text.map { .string(String($0)) } }

    @Test func whatFollowsUsesTheOthersValue() throws {
        let model = try model()
        let source = try model.residualStates(tokens("aaba"))
        let count = try #require(model.variable(named: "n"))
        // n of "aaba" is 1 2 2 3, and the result 2 n + 1.
        let output = try model.run(tokens("bbbb"), interchanging: count, with: source, state: count.writtenByLayer)
        #expect(output == [3, 5, 5, 7].map { .int($0) })
        // Later than anything reads it, it changes nothing.
        let late = try model.run(tokens("bbbb"), interchanging: count, with: source, state: model.layerCount)
        #expect(late == [1, 1, 1, 1].map { .int($0) })
        // The output itself is taken over as it is; a shorter source leaves the rest alone.
        let short = try model.residualStates(tokens("aa"))
        let final = try model.run(
            tokens("bbbb"), interchanging: model.outputVariable, with: short, state: model.layerCount)
        #expect(final == [3, 5, 1, 1].map { .int($0) })
    }

    @Test func onlyTheNamedPositionsAreTakenOver() throws {
        let model = try model()
        let source = try model.residualStates(tokens("aaba"))
        let output = { (offset: Int, positions: Range<Int>) in
            model.outputs(
                of: try model.residualStates(
                    tokens("bbbb"), interchanging: model.outputVariable, with: source, state: model.layerCount,
                    offset: offset, positions: positions))
        }
        #expect(try output(0, 1..<3) == [1, 5, 5, 1].map { .int($0) })
        // As far as both inputs reach.
        #expect(try output(2, 1..<9) == [1, 7, 1, 1].map { .int($0) })
    }

    @Test func anExchangeWithItselfChangesNothing() throws {
        let model = try model()
        let input = tokens("abab")
        let states = try model.residualStates(input)
        let plain = try model.run(input)
        for variable in model.variables {
            for state in 0...model.layerCount {
                #expect(try model.run(input, interchanging: variable, with: states, state: state) == plain)
            }
        }
    }
}
