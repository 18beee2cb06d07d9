import Basics
import RASP

/// Random programs as text, the way people write them: averages and what is made of them, branches over anything,
/// counts, dictionaries, library functions, long chains.
struct RandomSource {
    private enum Kind: CaseIterable { case number, share, truth, word }

    private var random: SeededRandom
    private var names: [Kind: [String]] = [:]
    private var selectors: [String] = []
    private var lines: [String] = []
    private var counter = 0
    private let vocabulary: [String]
    private let isNumeric: Bool
    private let maxLength: Int
    private let causal: Bool

    static func text(seed: UInt64) -> String {
        var generator = RandomSource(seed: seed)
        return generator.program()
    }

    static func make(seed: UInt64) throws -> Program { try Program(source: text(seed: seed), name: "random\(seed)") }

    private init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: "random source")
        let vocabularies = [
            ["a", "b", "c"], ["(", ")"], ["(", ")", "x"], ["0", "1", "2"], ["0", "1"], ["1", "2", "5", "10"],
            ["x", "y", "z", "w", "end"],
            ["the", "cat", "sat", "on", "a", "mat", "dog", "ran"],
        ]
        let digits = (0...9).map { "\($0)" }
        let large: [[String]] = [
            digits, digits + ["+", "="], "a b c d e f g h i j k l m n o p".split(separator: " ").map { "\($0)" },
            ["the", "a", "boy", "girl", "cat", "cake", "saw", "ate", "gave", "to", "and", "who", "."],
        ]
        vocabulary = random.integer(below: 6) == 0 ? random.pick(large) : random.pick(vocabularies)
        isNumeric = vocabulary.allSatisfy { Int($0) != nil }
        let lengths = vocabulary.count == 2 ? [4, 5, 6, 8] : vocabulary.count > 8 ? [3, 4, 5] : [3, 4, 5, 6, 8]
        // Long inputs now and then: most sums over them are too large to list.
        maxLength = random.integer(below: 60) == 0 ? random.integer(in: 16...40) : random.pick(lengths)
        causal = random.integer(below: 2) == 0
    }

    private mutating func program() -> String {
        var steps = random.integer(in: 2...7)
        switch random.integer(below: 16) {
        case 0, 1: steps = random.integer(in: 10...18)
        case 2: steps = random.integer(in: 19...40)
        default: break
        }
        // Long programs are written in small steps, short ones now and then in one breath.
        let depth = steps > 9 ? 1 : random.integer(below: 8) == 0 ? 3 : 2
        for _ in 0..<steps {
            let kind: Kind = random.pick([.number, .number, .share, .share, .share, .truth, .word])
            if random.integer(below: 5) == 0 { define("s", selector(2)).map { selectors.append($0) } }
            switch random.integer(below: 20) {
            case 0: loop(kind)
            case 1: function(kind)
            default: define("v", expression(kind, depth)).map { names[kind, default: []].append($0) }
            }
        }
        let kind: Kind = random.pick(Kind.allCases)
        lines.append("result = \(expression(kind, depth + 1));")
        let words = vocabulary.map { isNumeric || "()".contains($0) ? "\"\($0)\"" : $0 }.joined(separator: " ")
        return
            "#pragma vocab \(words)\n#pragma max_length \(maxLength)\n#pragma causal \(causal)\n#pragma output result\n"
            + lines.joined(separator: "\n") + "\n"
    }

    private mutating func define(_ prefix: String, _ text: String) -> String? {
        counter += 1
        lines.append("\(prefix)\(counter) = \(text);")
        return "\(prefix)\(counter)"
    }

    /// A variable that a loop goes on with, as iterated algorithms are unrolled.
    private mutating func loop(_ kind: Kind) {
        guard let name = define("w", expression(kind, 1)) else { return }
        let next: String
        switch kind {
        case .number:
            next =
                "(\(name) + \(random.pick(["1", "t", "indicator(\(expression(.truth, 0)))"]))) % \(random.integer(in: 2...5))"
        case .share: next = "(\(name) + indicator(\(expression(.truth, 0)))) / 2"
        case .truth: next = "(\(name) \(random.pick(["and", "or"])) \(expression(.truth, 0)))"
        case .word: next = "aggregate(select(indices, indices - 1, ==), \(name), \"p\")"
        }
        if random.integer(below: 3) == 0, !next.contains(" t)"), let halt = define("h", expression(.truth, 1)) {
            lines.append(
                "loop \(random.integer(in: 1...3)) until \(halt) {\n    \(name) = \(next);\n    \(halt) = \(expression(.truth, 0));\n}"
            )
            names[kind, default: []].append(name)
            return
        }
        let step = random.integer(below: 2) == 0 ? next : "\(next) if \(expression(.truth, 1)) else \(name)"
        lines.append("for t in range(0, \(random.integer(in: 1...3))) {\n    \(name) = \(step);\n}")
        names[kind, default: []].append(name)
    }

    /// A function of one's own, and what it makes of something.
    private mutating func function(_ kind: Kind) {
        counter += 1
        let body: String
        switch kind {
        case .number: body = "selector_width(select(x, x, ==) and select(indices, indices, <=))"
        case .share:
            body = "aggregate(select(indices, indices, <=), indicator(x == \(random.pick(["0", "1", token()]))))"
        case .truth: body = "aggregate(select(indices, indices, <=), indicator(x == \(token()))) >= 0.5"
        case .word: body = "aggregate(select(indices, indices - \(random.integer(in: 1...2)), ==), x, \"p\")"
        }
        lines.append("def f\(counter)(x) { return \(body); }")
        let argument =
            kind == .word ? expression(.word, 1) : random.integer(below: 2) == 0 ? "tokens" : expression(.number, 1)
        if let name = define("v", "f\(counter)(\(argument))") { names[kind, default: []].append(name) }
    }

    private mutating func expression(_ kind: Kind, _ depth: Int) -> String {
        if depth == 0 || random.integer(below: 5) == 0, let known = names[kind], !known.isEmpty {
            // Long programs mostly go on with what they have just made.
            return random.pick(lines.count > 9 ? Array(known.suffix(3)) : known)
        }
        let d = max(depth - 1, 0)
        if depth > 0, random.integer(below: 5) == 0 {
            return "(\(expression(kind, d)) if \(expression(.truth, d)) else \(expression(kind, d)))"
        }
        switch kind {
        case .number: return number(depth, d)
        case .share: return share(depth, d)
        case .truth: return truth(d)
        case .word: return word(depth, d)
        }
    }

    private mutating func number(_ depth: Int, _ d: Int) -> String {
        guard depth > 0 else { return random.pick(["indices", isNumeric ? "tokens_int" : "indices"]) }
        switch random.integer(below: 15) {
        case 12: return "pick(\(selector(d)), \(expression(.number, d)), -1, \(occurrence()))"
        case 13: return "(\(expression(.number, d)) // \(random.pick(["2", "3"])))"
        case 14: return "sort(\(expression(.number, 0)), \(expression(.number, 0)))"
        case 0, 1: return "selector_width(\(selector(d)))"
        case 9: return widths()
        case 10: return "\(dictionary(["0", "1", "2", "-1", "3"]))[\(isNumeric ? "tokens_str" : "tokens")]"
        case 11: return "\(fractions(["0", "1", "2", "5"]))"
        case 2:
            return
                "(\(expression(.number, d)) \(random.pick(["+", "-", "*", "%"])) \(random.pick(["2", "3", expression(.number, d)])))"
        case 3: return "indicator(\(expression(.truth, d)))"
        case 4: return "round(\(expression(.share, d)))"
        case 5 where !causal: return random.pick(["length", "(length - 1 - indices)", "count(tokens, \(token()))"])
        case 6:
            return
                "{\(vocabulary.enumerated().map { "\"\($1)\": \($0 * 3 % 5)" }.joined(separator: ", "))}[\(isNumeric ? "tokens_str" : "tokens")]"
        case 7: return "selector_width(select(tokens, \(token()), ==) and select(indices, indices, <=))"
        default: return random.pick(["indices", isNumeric ? "tokens_int" : "indices"])
        }
    }

    private mutating func share(_ depth: Int, _ d: Int) -> String {
        let past = "select(indices, indices, \(random.pick(["<=", "<=", "<"])))"
        guard depth > 0 else { return "aggregate(\(past), indicator(tokens == \(token())))" }
        switch random.integer(below: 15) {
        case 12: return "\(fractions(["0.5", "0.25", "1", "0.1", "-0.5"]))"
        case 13: return "aggregate(\(selector(d)), \(amounts()))"
        case 14: return "aggregate(\(past), \(amounts()))"
        case 0: return "(\(expression(.share, d)) + \(expression(.share, d)))"
        case 1, 2: return "(\(expression(.share, d)) - \(expression(.share, d)))"
        case 3: return "(\(expression(.share, d)) * \(random.pick([expression(.share, d), "100", "0.5", "3"])))"
        case 4: return "((\(expression(.share, d)) + \(expression(.share, d))) / 2)"
        case 5: return "(1 - \(expression(.share, d)))"
        case 6: return "aggregate(\(selector(d)), \(expression(.share, d)))"
        case 7: return "aggregate(\(selector(d)), \(expression(.number, d)))"
        case 8:
            let (a, b) = (expression(.share, d), expression(.share, d))
            return "(\(a) if \(a) \(random.pick([">", "<"])) \(b) else \(b))"
        case 9:
            let divisor = expression(.share, d)
            return "(\(expression(.share, d)) / \(divisor) if \(divisor) > 0 else 0)"
        default: return "aggregate(\(past), indicator(\(expression(.truth, d))))"
        }
    }

    private mutating func truth(_ d: Int) -> String {
        let order = random.pick(["<", ">", "<=", ">=", "=="])
        switch random.integer(below: 11) {
        case 9: return "(\(widths()) \(order) \(widths()))"
        case 10: return "\(fractions(["True", "False"]))"
        case 0: return "(tokens == \(token()))"
        case 1, 2: return "(\(expression(.share, d)) \(order) \(random.pick(["0.5", "0", "1", "0.25", "0.8", "0.3"])))"
        case 3: return "(\(expression(.share, d)) \(order) \(expression(.share, d)))"
        case 4: return "(\(expression(.number, d)) \(order) \(random.pick(["0", "1", "2", expression(.number, d)])))"
        case 5: return "(\(expression(.truth, d)) \(random.pick(["and", "or"])) \(expression(.truth, d)))"
        case 6: return "(not \(expression(.truth, d)))"
        case 7: return "(\(expression(.word, d)) in [\(token()), \"p\"])"
        default: return "(\(expression(.share, d)) in [0, 0.5, 1, 0.2])"
        }
    }

    private mutating func word(_ depth: Int, _ d: Int) -> String {
        let plain = isNumeric ? "tokens_str" : "tokens"
        guard depth > 0 else { return plain }
        switch random.integer(below: 12) {
        case 8: return "pick(\(selector(d)), \(expression(.word, d)), \"-\", \(occurrence()))"
        case 9: return "{\"p\": [\"q\", \"r\"], \"-\": [\"r\", \"s\"]}[(\"p\" if \(truth(d)) else \"-\"), indices % 2]"
        case 10 where depth > 1:
            let gap = "(\(plain) if \(truth(d)) else None)"
            return "(\(gap) if defined(\(gap)) else \"-\")"
        case 0: return "(\"p\" if \(expression(.truth, d)) else \"q\")"
        case 1: return "(\"more\" if \(expression(.share, d)) > \(expression(.share, d)) else \(plain))"
        case 2:
            return
                "aggregate(select(indices, indices - \(random.integer(in: 1...2)), ==), \(expression(.word, d)), \"-\")"
        case 3: return "({0: \"none\", 0.5: \"half\", 1: \"all\"}[indicator(\(truth(d))) / \(random.pick(["1", "2"]))])"
        case 6: return fractions(["\"none\"", "\"some\"", "\"half\"", "\"all\"", "\"p\""])
        case 7: return dictionary(["\"p\"", "\"q\"", "\"noun\"", "\"verb\""]) + "[\(plain)]"
        case 4 where !causal: return "aggregate(select(indices, length - 1 - indices, ==), \(expression(.word, d)))"
        case 5: return "(\(plain) + \(expression(.word, d)))"
        default: return plain
        }
    }

    private mutating func selector(_ depth: Int) -> String {
        let d = max(depth - 1, 0)
        if depth > 0, random.integer(below: 3) == 0 {
            switch random.integer(below: 3) {
            case 0: return "(\(selector(d)) and \(selector(d)))"
            case 1: return "(\(selector(d)) or \(selector(d)))"
            default: return "(not \(selector(d)))"
            }
        }
        switch random.integer(below: 8) {
        case 0, 1: return "select(indices, indices, \(random.pick(["<=", "<", "<=", "=="])))"
        case 2: return "select(tokens, tokens, \(random.pick(["==", "!="])))"
        case 3: return "select(tokens, \(token()), ==)"
        case 4: return "select(\(expression(.number, d)), \(expression(.number, d)), \(random.pick(["==", "<", ">="])))"
        case 5: return "select(\(expression(.share, d)), \(expression(.share, d)), \(random.pick(["<", ">=", "=="])))"
        case 6: return selectors.isEmpty ? "select(indices, indices, <=)" : random.pick(selectors)
        default: return "full_s"
        }
    }

    /// A dictionary over the vocabulary.
    private mutating func dictionary(_ values: [String]) -> String {
        "{" + vocabulary.map { "\"\($0)\": \(random.pick(values))" }.joined(separator: ", ") + "}"
    }

    /// A dictionary that is read by fractions: of a count by something fixed, of a rounded share, or of an average as
    /// it is, where inputs are short enough to list what that can be.
    private mutating func fractions(_ values: [String]) -> String {
        var keys = ["0", "0.25", "0.5", "0.75", "1"]
        let past = "select(indices, indices, \(random.pick(["<=", "<="])))"
        var read = "round(aggregate(\(past), indicator(tokens == \(token()))) * 4) / 4"
        switch random.integer(below: 4) {
        case 0 where maxLength <= 5:
            var shares: Set<Double> = []
            for length in 1...maxLength { for count in 0...length { shares.insert(Double(count) / Double(length)) } }
            keys = shares.sorted().map { "\($0)" }
            read = "aggregate(\(past), indicator(tokens == \(token())))"
        case 1:
            keys = ["-1.0", "-0.5", "0.0", "0.5", "1.0"]
            read = "(indicator(tokens == \(token())) - indicator(tokens == \(token()))) / \(random.pick(["1", "2"]))"
        case 2 where maxLength <= 8:
            keys = (0...maxLength).map { "\(Double($0) / 2)" }
            read = "selector_width(\(selector(1))) / 2"
        default: break
        }
        return "({" + keys.map { "\($0): \(random.pick(values))" }.joined(separator: ", ") + "}[\(read)])"
    }

    /// Amounts as one finds them in tables: prices, balances, temperatures.
    private mutating func amounts() -> String {
        let tables = [
            ["1", "2.5", "0.75", "10"], ["0.1", "0.2", "0.3", "0.7"], ["12.5", "-3.25", "0", "99.99"],
            ["1000", "-1000", "1", "0"], ["0.1", "1000.1", "-1000.2", "5"],
        ]
        return dictionary(random.pick(tables)) + "[\(isNumeric ? "tokens_str" : "tokens")]"
    }

    /// Several counts put together.
    private mutating func widths() -> String {
        let past = random.pick(["select(indices, indices, <=)", "full_s"])
        let counts = (0..<random.integer(in: 2...3)).map { _ in
            "selector_width(select(tokens, \(token()), ==) and \(past))"
        }
        return "(" + counts.joined(separator: random.pick([" + ", " - ", " + "])) + ")"
    }

    private mutating func occurrence() -> String { random.pick(["first", "last", "closest"]) }
    private mutating func token() -> String { "\"\(random.pick(vocabulary))\"" }
}
