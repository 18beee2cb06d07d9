import Basics
import RASP

/// Random programs with loops whose state looks at other positions: what one block of layers has to do for all rounds.
struct RandomLoops {
    private var random: SeededRandom
    private var lines: [String] = []
    /// Names with whole numbers of a few values, names with truth values, and names with letters.
    private var numbers = ["n"]
    private var truths = ["t"]
    private var words = ["w"]
    private let isCausal: Bool

    static func make(seed: UInt64) throws -> Program {
        var generator = RandomLoops(random: SeededRandom(seed: seed, stream: "random loops"))
        return try Program(source: generator.text(), name: "loops\(seed)")
    }

    private init(random: SeededRandom) {
        self.random = random
        isCausal = self.random.integer(below: 2) == 0
    }

    private mutating func text() -> String {
        lines = [
            "n = \(random.pick(["0", "indices", "indicator(tokens == \"a\")", "selector_width(select(tokens, tokens, ==))"]));",
            "t = \(random.pick(["False", "tokens == \"b\"", "indices == 0", "indices == 2"]));",
            "w = \(random.pick(["tokens", "\"a\"", "\"a\" if indices > 1 else tokens"]));",
        ]
        for number in 0..<random.integer(in: 1...2) { loop(number) }
        let result = random.pick([number(2), truth(2), word(2)])
        // What is known without an input is no s-op by itself.
        lines.append("result = \(result) if indices >= 0 else \(result);")
        return """
            #pragma vocab a b c
            #pragma max_length \(random.integer(in: 3...5))
            #pragma causal \(isCausal)
            #pragma output result

            """ + lines.joined(separator: "\n") + "\n"
    }

    private mutating func loop(_ label: Int) {
        let halts = random.integer(below: 3) == 0
        var body: [String] = []
        if random.integer(below: 2) == 0 {
            body.append("f\(label) = \(number(1));")
            if !halts { numbers.append("f\(label)") }
        }
        for _ in 0..<random.integer(in: 1...3) {
            switch random.integer(below: 3) {
            case 0:
                // Within few values, or as many as the rounds lead to.
                body.append(
                    random.pick([
                        "n = \(number(2)) % \(random.integer(in: 2...4));", "n = n - 1;", "n = n + 1;",
                        "n = min(\(number(1)), 9);",
                    ]))
            case 1: body.append("t = \(truth(2));")
            default: body.append("w = \(word(2));")
            }
        }
        if random.integer(below: 5) == 0 { body.append("loop 2 { n = (n + 1) % 5; }") }
        lines.append(
            "loop \(random.integer(in: 1...5))\(halts ? " until t" : "") {\n    \(body.joined(separator: "\n    "))\n}")
        lines.append("k\(label) = n;")
        numbers.append("k\(label)")
    }

    private mutating func number(_ depth: Int) -> String {
        guard depth > 0 else { return random.pick(numbers + ["1", "indices"]) }
        switch random.integer(below: 6) {
        case 0: return "(\(number(depth - 1)) \(random.pick(["+", "-"])) \(number(depth - 1)))"
        case 1: return "shift(\(number(0)), \(isCausal ? "1" : random.pick(["1", "-1"])), 0)"
        case 2: return "(1 if \(truth(depth - 1)) else 0)"
        case 3: return "selector_width(select(\(number(0)), \(number(0)), ==))"
        case 4: return "(\(number(depth - 1)) if \(truth(depth - 1)) else \(number(0)))"
        default: return "pick(select(\(word(0)), \(word(0)), ==), \(number(0)), 2, \(random.pick(["first", "last"])))"
        }
    }

    private mutating func truth(_ depth: Int) -> String {
        guard depth > 0 else { return random.pick(truths) }
        switch random.integer(below: 4) {
        case 0: return "(\(number(depth - 1)) \(random.pick(["==", "<", ">"])) \(number(depth - 1)))"
        case 1: return "(\(truth(depth - 1)) \(random.pick(["and", "or"])) \(truth(depth - 1)))"
        case 2: return "(not \(truth(depth - 1)))"
        default: return "(\(word(depth - 1)) == \(random.pick(["\"a\"", "\"b\"", "w"])))"
        }
    }

    private mutating func word(_ depth: Int) -> String {
        guard depth > 0 else { return random.pick(words + ["tokens"]) }
        switch random.integer(below: 3) {
        case 0: return "shift(\(word(0)), 1, \"a\")"
        case 1: return "(\(word(depth - 1)) if \(truth(depth - 1)) else \(word(depth - 1)))"
        default: return "pick(select(indices, \(number(0)), ==), \(word(0)), \"c\", last)"
        }
    }
}
