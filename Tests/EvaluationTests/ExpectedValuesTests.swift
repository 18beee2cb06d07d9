import Evaluation
import Foundation
import RASP
import Testing

/// What a program names is read from its evaluation, whatever its language; what the compiler adds is known without it.
@Suite struct ExpectedValuesTests {
    /// Each token twice, in a language of its own that refuses an input without tokens.
    private struct Doubling: SymbolicProgram {
        struct NoTokens: Error {}

        let name = "doubling"
        let sources: [URL] = []
        let outputName = "twice"
        let variableNames = ["seen"]
        let vocabulary: [Atom]? = nil
        let maxLength: Int? = nil
        let causal: Bool? = nil

        func evaluate(_ input: [Atom], causal: Bool) throws -> Evaluation {
            guard !input.isEmpty else { throw NoTokens() }
            return Evaluation(
                input: input, output: input.map { .tuple([$0, $0]) },
                variables: [.init(name: "seen", values: input.map { causal ? $0 : nil })])
        }
    }

    @Test func variablesOfAnotherLanguage() throws {
        let names = ["tokens", "indices", "seen", "twice", "scratch1"]
        let expected = ExpectedValues(Doubling(), causal: true, names: names)
        #expect(
            try expected.values(on: ["x", "y"]) == [
                ["x", "y"], [0, 1], ["x", "y"], [.tuple(["x", "x"]), .tuple(["y", "y"])], [nil, nil],
            ])
        #expect(throws: Doubling.NoTokens.self) { try expected.values(on: []) }
        let unmasked = ExpectedValues(Doubling(), causal: false, names: ["seen"])
        #expect(try unmasked.values(on: ["x"]) == [[nil]])
        let later = ExpectedValues(Doubling(), causal: true, names: ["tokens"], firstToken: 1)
        #expect(try later.values(on: ["x", "y"]) == [[nil, "y"]])
    }
}
