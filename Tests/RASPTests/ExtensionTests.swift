import RASP
import Testing

/// What goes beyond the reference: RASP-L's library, in text and in Swift, BOS, and warnings about masks.
@Suite struct ExtensionTests {
    private func atoms(_ text: String) -> [Atom] { text.unicodeScalars.map { .string(String($0)) } }

    private func value(_ expression: String, _ input: String, causal: Bool = false) throws -> [Atom?] {
        let program = try Program(source: "x = \(expression);", name: "x")
        return try Interpreter(causal: causal).run(program, on: atoms(input)).output
    }

    /// By their definitions, on every input of three letters up to length 5, with and without a mask.
    // spec §16 other dialects: RASP-L's functions
    @Test func positionsFoundAgreeWithTheirDefinitions() throws {
        let expressions = [
            "firsts(tokens, tokens, -1)", "lasts(tokens, tokens, -1)", "induct(tokens, tokens, 1, \"_\")",
            "max_of(select(indices, indices, <=), indices, range(5), -1)",
        ]
        let swift: [SOp] = [
            firsts(of: tokens, in: tokens), lasts(of: tokens, in: tokens), induct(tokens, on: tokens, default: "_"),
            try maximum(select(indices, indices, .lessOrEqual), indices, among: (0..<5).map { .int($0) }, default: -1),
        ]
        let programs = try expressions.map { try Program(source: "x = \($0);", name: "x") }
        for input in Self.inputs(of: ["a", "b", "c"], upTo: 5) {
            for causal in [false, true] {
                let n = input.indices
                func seen(_ row: Int) -> [Int] { n.filter { (!causal || $0 <= row) && input[$0] == input[row] } }
                let firstsExpected = n.map { Atom.int(seen($0).first ?? -1) }
                let lastsExpected = n.map { Atom.int(seen($0).last ?? -1) }
                let inductExpected = n.map { row -> Atom in
                    guard let first = n.first(where: { input[$0] == input[row] }), first + 1 <= row else { return "_" }
                    return input[first + 1]
                }
                let expected = [firstsExpected, lastsExpected, inductExpected, n.map { Atom.int($0) }]
                for (index, program) in programs.enumerated() {
                    #expect(
                        try Interpreter(causal: causal).run(program, on: input).output == expected[index],
                        "\(expressions[index]) on \(input)")
                    #expect(
                        try Interpreter(causal: causal).evaluate(swift[index], on: input) == expected[index],
                        "DSL, \(expressions[index]) on \(input)")
                }
            }
        }
    }

    private static func inputs(of letters: [Atom], upTo length: Int) -> [[Atom]] {
        var all: [[Atom]] = []
        var last: [[Atom]] = [[]]
        for _ in 0..<length {
            last = last.flatMap { word in letters.map { word + [$0] } }
            all += last
        }
        return all
    }

    @Test func gatherAndExtremes() throws {
        #expect(try value("index_select(tokens, length - 1 - indices, \"?\")", "abc") == ["c", "b", "a"])
        #expect(try value("index_select(tokens, indices + 1, \"?\")", "abc") == ["b", "c", "?"])
        #expect(try value("min_of(select(indices, indices, >), indices, range(9), 99)", "abc") == [1, 2, 99])
        #expect(
            try Interpreter().evaluate(
                minimum(selectAll(), tokens, among: ["c", "a", "b"], default: "?"), on: atoms("cb")) == ["b", "b"])
        #expect(
            try Interpreter().evaluate(indexSelect(tokens, indices - 1, default: "^"), on: atoms("ab")) == ["^", "a"])
        #expect(try Interpreter().evaluate(shift(tokens, by: -1, filler: "$"), on: atoms("ab")) == ["b", "$"])
        #expect(try Interpreter().evaluate(sorted(tokens, by: tokens), on: atoms("cab")) == ["a", "b", "c"])
        #expect(try Interpreter().evaluate(length, on: atoms("cab")) == [3, 3, 3])
        // A candidate that has no order with another is the caller's error.
        #expect(throws: ValueError.self) { try maximum(selectAll(), tokens, among: ["a", 1], default: 0) }
    }

    // spec §16 tracr's arbitrary predicates and maps
    @Test func anyPredicateAndMapCanBeSaid() throws {
        let twice = select(indices, indices) { key, query in key == (try Arithmetic.multiply(query, 2)) }
        #expect(
            try Interpreter().evaluate(aggregate(twice, tokens, default: "-"), on: atoms("abcde")) == [
                "a", "c", "e", "-", "-",
            ])
        let vowel = map(tokens) { .bool(["a", "e"].contains($0)) }
        #expect(try Interpreter().evaluate(vowel, on: atoms("abe")) == [true, false, true])
        let pair = sequenceMap(tokens, indices) { .tuple([$0, $1]) }
        #expect(try Interpreter().evaluate(pair, on: atoms("ab")) == [.tuple(["a", 0]), .tuple(["b", 1])])
        let three = sequenceMap([indices, indices, tokens]) {
            try Arithmetic.multiply($0[2], Arithmetic.add($0[0], $0[1]))
        }
        #expect(try Interpreter().evaluate(three, on: atoms("ab")) == ["", "bb"])
    }

    @Test func extensionsAreNeitherReservedNorInStrictMode() throws {
        #expect(LanguageTests.outcome("lasts = 3; lasts + 1;") == "4")
        let transcript = Session(style: .transcript)
        #expect(transcript.feed("lasts;").output.contains("Undefined variable"))
        #expect(throws: RASPError.self) {
            try Program(source: "x = lasts(tokens, tokens, 0);", name: "x", options: .init(strict: true))
        }
    }

    @Test func bosIsSeenAndItsPositionLeftOut() throws {
        let bos = Interpreter(bos: Interpreter.customaryBOS)
        #expect(try bos.evaluate(indices, on: atoms("ab")) == [1, 2])
        // The paper's histogram with BOS: one head, whose rows select BOS as well.
        let source =
            "s = select(tokens, tokens, ==) or select(indices, 0, ==); x = round(1 / aggregate(s, indicator(indices == 0))) - 1;"
        let program = try Program(source: source, name: "x")
        #expect(try bos.run(program, on: atoms("aba")).output == [2, 1, 2])
        #expect(try bos.run(program, on: atoms("aba"))["s"] == nil)
        #expect(try bos.matrix(of: selectAll(), on: atoms("ab")).size == 3)
        let masked = Interpreter(causal: true, bos: "<")
        #expect(try masked.evaluate(selectorWidth(selectAll()), on: atoms("ab")) == [2, 3])
    }

    @Test func aMaskThatChangesAProgramIsSaidOfItsSelectors() throws {
        let program = try Program(
            source: "n = length + 1;\nx = n * aggregate(select(tokens, tokens, ==), indices);", name: "x")
        let found = CausalCheck.warnings(for: program, masked: true)
        #expect(found.map { $0.span?.location } == ["x.rasp:1:5", "x.rasp:2:19"])
        #expect(
            found[0].message.contains("full_s of the library")
                && found[1].message.contains("select(tokens, tokens, ==)"))
        #expect(CausalCheck.warnings(for: program, masked: false).isEmpty)
        let causal = try Program(source: "#pragma causal true\nx = length;", name: "x")
        #expect(CausalCheck.warnings(for: causal, masked: true).isEmpty)
        #expect(
            CausalCheck.warnings(for: causal, masked: false).first?.message.hasPrefix("without the causal mask") == true
        )
        // RASP-L's inductions look back with and without a mask, from positions that `pick` finds before the row's own.
        for call in [
            "induct(tokens, tokens, 1, \"?\")", "induct_kqv(tokens, tokens, tokens, 2, \"?\")",
            "induct_prev(tokens, tokens, 1, \"?\")",
        ] {
            let induction = try Program(source: "x = \(call);", name: "x")
            #expect(CausalCheck.warnings(for: induction, masked: true).isEmpty, "\(call)")
        }
        let ahead = try Program(
            source: """
                p = pick(select(indices, indices, <=), indices, 3, last);
                x = aggregate(select(indices, p, ==), tokens, "?");
                """, name: "x")
        #expect(CausalCheck.warnings(for: ahead, masked: true).count == 1)
        // A console with a mask says it once for a selector.
        let session = Session(causal: true)
        #expect(session.feed("s = aggregate(full_s, indices);").diagnostics.map(\.code) == [.causal])
        #expect(session.feed("t = s + 1;").diagnostics.isEmpty)
    }

    @Test func expressionsCanBeInspected() {
        let session = Session()
        _ = session.feed("a = indices + 1; out;")
        let found = session.inspect("a * 2")
        #expect(found.kind == "s-op" && found.values == "ints" && found.program?.variables.map(\.name) == ["a", "out"])
        #expect(
            session.inspect("full_s").kind == "selector" && session.inspect("max").kind == "function"
                && session.inspect("[1]").kind == "list")
        #expect(
            session.inspect("nope").kind == nil && session.inspect("nope").diagnostics.map(\.code) == [.undefinedName])
        #expect(session.inspect("a = 3").diagnostics.map(\.code) == [.syntax])
        #expect(session.completions(of: "las") == ["lasts"] && session.example == atoms("hello"))
    }
}
