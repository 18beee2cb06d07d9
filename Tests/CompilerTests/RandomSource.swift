import Basics
import RASP

/// Random programs as text, the way people write them: averages and what is made of them, branches over anything,
/// counts, dictionaries, library functions, long chains.
struct RandomSource {
    enum Kind: CaseIterable { case number, share, truth, word }

    var random: SeededRandom
    var names: [Kind: [String]] = [:]
    var selectors: [String] = []
    var lines: [String] = []
    var counter = 0
    let vocabulary: [String]
    let isNumeric: Bool
    let maxLength: Int
    let causal: Bool

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
        if random.integer(below: 5) == 0, !next.contains(" t)") {
            lines.append("loop \(random.integer(in: 1...3)) {\n    \(name) = \(next);\n}")
            names[kind, default: []].append(name)
            return
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
}
