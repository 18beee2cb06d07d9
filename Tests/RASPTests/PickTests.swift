import RASP
import Testing

/// `pick`: by its definition on every short input, and what refuses to be picked.
@Suite struct PickTests {
    private static let inputs: [[Atom]] = {
        var all: [[Atom]] = []
        var last: [[Atom]] = [[]]
        for _ in 0..<5 {
            last = last.flatMap { word in ["a", "b", "c"].map { word + [$0] } }
            all += last
        }
        return all
    }()

    /// The position that a row picks, of those that hold `b`.
    private static func picked(_ input: [Atom], _ row: Int, causal: Bool, _ occurrence: Occurrence) -> Int? {
        let candidates = input.indices.filter { input[$0] == "b" && (!causal || $0 <= row) }
        switch occurrence {
        case .first: return candidates.min()
        case .last: return candidates.max()
        case .closest:
            // Nearest first; of two equally near ones the earlier.
            for distance in 0..<input.count {
                for candidate in [row - distance, row + distance] where candidates.contains(candidate) {
                    return candidate
                }
            }
            return nil
        }
    }

    @Test(arguments: Occurrence.allCases) func onePositionOfThoseSelected(_ occurrence: Occurrence) throws {
        let text = try Program(
            source: "x = pick(select(tokens, \"b\", ==), indices, -1, \(occurrence.rawValue));", name: "x")
        let built = pick(select(tokens, "b", .equal), indices, default: -1, occurrence)
        for input in Self.inputs {
            for causal in [false, true] {
                let expected = input.indices.map { row in
                    Atom.int(Self.picked(input, row, causal: causal, occurrence) ?? -1)
                }
                #expect(try Interpreter(causal: causal).run(text, on: input).output == expected, "\(input)")
                #expect(try Interpreter(causal: causal).evaluate(built, on: input) == expected, "\(input)")
            }
        }
    }

    private func value(_ source: String, _ input: String) throws -> [Atom?] {
        let program = try Program(source: source, name: "x")
        return try Interpreter().run(program, on: input.unicodeScalars.map { .string(String($0)) }).output
    }

    @Test func anyKindOfValue() throws {
        #expect(try value("x = pick(full_s, tokens, \"?\", last);", "abc") == ["c", "c", "c"])
        #expect(
            try value("x = pick(select(indices, indices, <), tokens, \"?\", last);", "abc") == ["?", "a", "b"])
        #expect(try value("x = pick(select(indices, indices, <), tokens, None, first);", "abc") == [nil, "a", "a"])
        #expect(try value("x = pick(full_s, tokens == \"b\", False, first);", "ba") == [true, true])
        // A picked value that is undefined is none.
        let shifted = "pick(select(indices, indices - 1, ==), tokens, None, first)"
        #expect(try value("x = pick(full_s, \(shifted), \"?\", first);", "ab") == [nil, nil])
    }

    /// The last word says which; a variable of that name is something else, and a function can hand it on.
    @Test func wordsAreNoNames() throws {
        #expect(try value("first = indices;\nx = pick(full_s, first, -1, first);", "abc") == [0, 0, 0])
        #expect(
            try value("def f(which) { return pick(full_s, indices, -1, which); }\nx = f(\"last\");", "abc") == [
                2, 2, 2,
            ]
        )
        #expect(throws: RASPError.self) { try value("x = last;", "a") }
        let wrong = try #require(throws: RASPError.self) { try value("x = pick(full_s, indices, 0, \"any\");", "a") }
        #expect(wrong.diagnostics[0].message.contains("first, last or closest"))
        let noSelector = try #require(throws: RASPError.self) { try value("x = pick(indices, indices, 0, last);", "a") }
        #expect(noSelector.diagnostics[0].message.contains("needs a selector first"))
        // It is no word of the reference, and free to be defined anew.
        #expect(throws: RASPError.self) {
            try Program(source: "x = pick(full_s, indices, 0, last);", name: "x", options: .init(strict: true))
        }
        #expect(try value("def pick(a) { return a + 1; }\nx = pick(indices);", "ab") == [1, 2])
    }

    @Test func oneHeadOfItsOwn() throws {
        let last = try Program(source: "x = lasts(tokens, \"a\", -1);", name: "x")
        #expect(LayerReport(last.output).headsPerLayer == [1])
        let both = try Program(
            source: "s = select(tokens, \"a\", ==);\nx = pick(s, indices, 0, first) + pick(s, indices, 0, last);",
            name: "x")
        #expect(LayerReport(both.output).headsPerLayer == [2])
        let shared = try Program(
            source: "s = select(tokens, \"a\", ==);\nx = pick(s, indices, 0, last) + pick(s, indices + 1, 0, last);",
            name: "x")
        #expect(LayerReport(shared.output).headsPerLayer == [1])
    }

    /// RASP-L's library against its definitions, on every word over two numbers up to length 5.
    @Test func sequencesSoFar() throws {
        let expressions = [
            "cumsum(tokens_int == 1)", "prefix_sum(tokens_int)", "num_prev(tokens_int, tokens_int)",
            "has_seen(tokens_int, 1)", "first_true(tokens_int == 1, -1)", "maximum(tokens_int, [0, 1])",
            "minimum(tokens_int, [0, 1])", "argmax(tokens_int, [0, 1])", "argmin(tokens_int, [0, 1])",
            "mode(tokens_int, [0, 1])", "induct_kqv(tokens_int, 1, indices, 2, -7)",
            "induct_prev(tokens_int, 1, 1, -7)", "where(tokens_int == 1, indices, 9)",
            "mask(indices, tokens_int == 1, 9)", "attend_leftmost(select(tokens_int, 1, ==), indices > 1, True)",
            "attend_rightmost(select(tokens_int, 1, ==), indices > 1, True)",
        ]
        let programs = try expressions.map { try Program(source: "x = \($0);", name: "x") }
        var words: [[Int]] = [[]]
        for _ in 0..<5 {
            words = words.flatMap { [$0 + [0], $0 + [1]] }
            for word in words {
                let whole = word
                let expected: [[Atom]] = expressions.indices.map { number in
                    whole.indices.map { row in
                        let seen = Array(whole[...row])
                        let ones = seen.count { $0 == 1 }
                        let firstOne = seen.firstIndex(of: 1)
                        switch number {
                        case 0, 1: return .int(ones)
                        case 2: return .int(seen.count { $0 == seen[row] })
                        case 3: return .bool(ones > 0)
                        case 4: return .int(firstOne ?? -1)
                        case 5: return .int(seen.max() ?? 0)
                        case 6: return .int(seen.min() ?? 0)
                        case 7: return .int(seen.lastIndex(of: seen.max() ?? 0) ?? 0)
                        case 8: return .int(seen.lastIndex(of: seen.min() ?? 0) ?? 0)
                        case 9: return .int(ones > seen.count - ones ? 1 : 0)
                        case 10:
                            guard let firstOne, firstOne + 2 <= row else { return -7 }
                            return .int(firstOne + 2)
                        case 11:
                            guard let firstOne, firstOne >= 1 else { return -7 }
                            return .int(seen[firstOne - 1])
                        case 12, 13: return .int(seen[row] == 1 ? row : 9)
                        case 14: return .bool(whole.firstIndex(of: 1).map { $0 > 1 } ?? true)
                        default: return .bool(whole.lastIndex(of: 1).map { $0 > 1 } ?? true)
                        }
                    }
                }
                for (number, program) in programs.enumerated() {
                    let output = try Interpreter().run(program, on: word.map { .string(String($0)) }).output
                    #expect(output == expected[number], "\(expressions[number]) on \(word)")
                }
            }
        }
    }
}
