import Compiler
import Foundation
import RASP
import Testing

/// The programs of the article RASPInSwift: what stands between the marks here is what stands there.
@Suite struct ArticleTests {
    private func atoms(_ text: String) -> [Atom] { text.unicodeScalars.map { .string(String($0)) } }

    @Test func reverse() throws {
        // article: reverse
        let opposite = select(indices, length - 1 - indices, .equal)
        let reversed = aggregate(opposite, tokens)
        let reverse = Program(name: "reverse", output: reversed, vocabulary: ["a", "b", "c"], maxLength: 5)

        let result = try Interpreter().run(reverse, on: ["a", "b", "c"]).output  // ["c", "b", "a"]
        let layers = LayerReport(reversed).headsPerLayer  // [1, 1]
        // end
        #expect(result == ["c", "b", "a"] && layers == [1, 1])
        let model = try RASPCompiler.compile(reverse)
        #expect(try model.verify(against: reverse, count: 400).passed)
    }

    @Test func balance() throws {
        // article: balance
        let seen = select(indices, indices, .lessOrEqual)
        let opened = selectorWidth(select(tokens, "(", .equal) && seen)
        let closed = selectorWidth(select(tokens, ")", .equal) && seen)
        let depth = opened - closed
        let hasFailed = sum(seen, indicator(depth .< 0)) .> 0
        let verdict = choose(hasFailed, "F", else: choose(depth .== 0, "T", else: "P"))
        let balance = Program(
            name: "balance", output: verdict, variables: [("depth", depth), ("has_failed", hasFailed)],
            vocabulary: ["(", ")"], maxLength: 6, causal: true)

        let run = try Interpreter(causal: true).run(balance, on: ["(", ")", ")", "("])
        let output = run.output  // ["P", "T", "F", "F"]
        let depths = run["depth"]  // [1, 0, -1, 0]
        // end
        #expect(output == ["P", "T", "F", "F"] && depths == [1, 0, -1, 0])
        #expect(CausalCheck.warnings(for: balance).isEmpty)
        let model = try RASPCompiler.compile(balance)
        #expect(try model.verify(against: balance, count: 200).passed)
    }

    @Test func suffixes() throws {
        // article: rhyme
        let isVowel = map(tokens, named: "is_vowel") { .bool(["a", "e", "i", "o", "u"].contains($0)) }
        let earlier = select(indices, indices, named: "earlier") { key, query in try Comparison.less.holds(key, query) }
        let vowelsBefore = selectorWidth(select(isVowel, true, .equal) && earlier)
        let marked = sequenceMap(tokens, vowelsBefore, named: "mark") { letter, count in
            .string("\(letter)\(count)")
        }
        let rhyme = Program(name: "rhyme", output: marked, vocabulary: ["a", "o", "b", "s"], maxLength: 4)

        let letters = try Interpreter().run(rhyme, on: ["s", "o", "b", "a"]).output  // ["s0", "o0", "b1", "a1"]
        let model = try RASPCompiler.compile(rhyme)
        let report = try model.verify(against: rhyme, count: 1000)
        let picture = try SVGDrawing(rhyme, on: ["s", "o", "b"]).render()
        // end
        #expect(letters == ["s0", "o0", "b1", "a1"])
        #expect(report.passed && report.isExhaustive && picture.hasPrefix("<svg"))
    }
}
