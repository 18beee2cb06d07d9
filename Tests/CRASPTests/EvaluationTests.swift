import CRASP
import CountingTestSupport
import RASP
import Testing

/// Values against definitions that are written anew here.
@Suite struct EvaluationTests {
    private func prefixes(_ word: String) -> [[Character]] {
        let letters = Array(word)
        return letters.indices.map { Array(letters[...$0]) }
    }

    private func check(_ name: String, over letters: [Character], to length: Int, _ holds: ([Character]) -> Bool) throws
    {
        let program = try Programs.load(name)
        for word in Programs.words(over: letters, to: length) {
            let output = try program.evaluate(Programs.tokens(word)).output
            #expect(output == prefixes(word).map { .bool(holds($0)) }, "\(name) on \(word)")
        }
    }

    @Test func majority() throws {
        try check("majority", over: ["0", "1"], to: 8) { word in
            word.count { $0 == "1" } > word.count { $0 == "0" }
        }
    }

    @Test func dyck() throws {
        try check("dyck1", over: ["(", ")"], to: 10) { word in
            var height = 0
            for bracket in word {
                height += bracket == "(" ? 1 : -1
                if height < 0 { return false }
            }
            return height == 0
        }
    }

    @Test func equalRuns() throws {
        try check("anbncn", over: ["a", "b", "c"], to: 7) { word in
            let n = word.count / 3
            return word == [Character](repeating: "a", count: n) + [Character](repeating: "b", count: n)
                + [Character](repeating: "c", count: n)
        }
    }

    /// On a word of blocks the output holds in the block of that number, and in later ones of its letter.
    @Test(arguments: 3...12) func blocks(_ number: Int) throws {
        let program = try Programs.load("l\(number)")
        #expect(program.depth == number - 2)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            let lengths = (0..<number).map { _ in Int.random(in: 1...4, using: &random) }
            let word = lengths.enumerated().map { String(repeating: $0 % 2 == 0 ? "a" : "b", count: $1) }.joined()
            let before = lengths.dropLast().reduce(0, +)
            let output = try program.evaluate(Programs.tokens(word)).output
            #expect(output == word.indices.enumerated().map { .bool($0.offset >= before) }, "\(word)")
        }
    }

    @Test func nextTokens() throws {
        let program = try Programs.load("next_bracket")
        #expect(program.outputName == "next")
        let values = try program.evaluate(Programs.tokens("(()"))
        #expect(values.output == ["(", "(", ")"])
        #expect(values["NEXT_)"] == [true, true, true])
        #expect(try Programs.output("NEXT_a := Q_b\nNEXT_c := Q_a", on: "abx") == ["c", "a", nil])
    }

    /// Every construct by its value, at every position of one word.
    @Test(arguments: [
        ("#Q_a", "abab", [1, 1, 2, 2]), ("#[j = i - 1] Q_a", "aabb", [0, 1, 1, 0]),
        ("#[pred] Q_a", "aabb", [0, 1, 1, 0]),
        ("#[pred2] Q_a", "aabb", [0, 0, 1, 1]), ("#[j < i] Q_a", "aba", [0, 1, 1]),
        ("#[j >= i - 1] Q_a", "aaba", [1, 2, 1, 1]),
        ("#[i - 2 <= j < i] Q_a", "aaab", [0, 1, 2, 2]), ("#[j <= i, j = i-1] Q_a(j)", "ab", [0, 1]),
        ("#[j <= i - 2] Q_a", "aaaa", [0, 0, 1, 2]), ("#[i - 1 > j] Q_a", "aaaa", [0, 0, 1, 2]),
        ("#not Q_a", "abb", [0, 1, 2]), ("# ! \"a\"", "abb", [0, 1, 2]), ("#true", "abb", [1, 2, 3]),
        ("2 * #Q_a - #Q_b * 3 + 1", "ab", [3, 0]), ("-#Q_a", "ab", [-1, -1]), ("- -#Q_a", "a", [1]),
        ("min(#Q_a, #Q_b)", "aabb", [0, 0, 1, 2]), ("max(#Q_a, #Q_b)", "aabbb", [1, 2, 2, 2, 3]),
        ("Q_a ? #Q_b : 7", "bab", [7, 1, 7]), ("#Q_b if Q_a else 7", "bab", [7, 1, 7]),
        ("Q_a ? 1 : Q_b ? 2 : 3", "abc", [1, 2, 3]), ("#(i % 2 == 0)", "aaaa", [1, 1, 2, 2]),
        ("#(i mod 3 != 1)", "aaaa", [1, 1, 2, 3]), ("#pos_odd", "aaa", [0, 1, 1]), ("#(#Q_a >= 2)", "aab", [0, 1, 2]),
        ("#(Q_a and not Q_b or Q_b and #Q_b <= 1)", "abb", [1, 2, 2]), ("#[pred3] true", "aaaa", [0, 0, 0, 1]),
    ])
    func counts(_ expression: String, _ word: String, _ expected: [Int]) throws {
        #expect(try Programs.output("c := \(expression)", on: word) == expected.map { .int($0) }, "\(expression)")
    }

    @Test(arguments: [
        ("#Q_a == #Q_b", [false, true]), ("#Q_a = #Q_b", [false, true]), ("#Q_a != #Q_b", [true, false]),
        ("#Q_a ≤ #Q_b", [false, true]), ("#Q_a ≥ #Q_b ∧ ¬Q_b", [true, false]), ("Q_a ∨ ⊥", [true, false]),
        ("not #Q_a <= #Q_b", [true, false]), ("!(#Q_b >= 1) && true", [true, false]),
        ("\"b\" || False", [false, true]),
        ("#Q_a < 1 + #Q_b", [false, true]), ("Q_\"a\"", [true, false]), ("~Q_a & Q_b | Q_a", [true, true]),
        ("not Q_a and Q_b", [false, true]), ("Q_a or Q_b and Q_a", [true, false]),
    ])
    func booleans(_ expression: String, _ expected: [Bool]) throws {
        #expect(try Programs.output("p := \(expression)", on: "ab") == expected.map { .bool($0) }, "\(expression)")
    }

    /// The notation of papers and that of the interpreter of Hahn and others.
    @Test func notations() throws {
        let paper = """
            C_open(i) := #[j ≤ i] Q_"("(j);
            C_close(i) := #[j ≤ i] Q_")"(j)
            V(i) := C_open(i) < C_close(i)
            CV(i) := #[j ≤ i] V(j)
            D(i) := CV(i) = 0 ∧ C_open(i) = C_close(i)
            """
        let text = """
            // brackets
            #import pred
            C_open = # "("
            C_close = # ")"
            V = C_open < C_close
            D = ((# V) == 0) &&
                (C_open == C_close)
            """
        for word in Programs.words(over: ["(", ")"], to: 7) {
            let expected = try Programs.load("dyck1").evaluate(Programs.tokens(word)).output
            #expect(try Programs.output(paper, on: word) == expected)
            #expect(try Programs.output(text, on: word) == expected)
        }
    }

    /// A token is compared as text, byte by byte.
    @Test func tokensAreText() throws {
        let program = try CRASPProgram(source: "p := #\"1\" >= 1", name: "p")
        #expect(try program.evaluate([.int(1)]).output == [true])
        let composed = try CRASPProgram(source: "p := \"\u{E9}\"", name: "p")
        #expect(try composed.evaluate(["e\u{301}", "\u{E9}"]).output == [false, true])
    }

    /// The same values as the same program in RASP, where no next token is the empty string.
    @Test func equalsRASP() throws {
        for seed in 0..<150 as Range<UInt64> {
            let source = RandomCounting.text(seed: seed)
            let program = try CRASPProgram(source: source, name: "random\(seed)")
            let graph = program.raspGraph
            var random = SeededWords(seed: seed, vocabulary: program.vocabulary ?? [])
            for _ in 0..<5 {
                let word = random.next(upTo: 9)
                let own = try program.evaluate(word)
                let other = try graph.evaluate(word, causal: true)
                #expect(own.output.map { $0 ?? "" } == other.output, "\(source)\non \(word)")
            }
        }
    }
}
