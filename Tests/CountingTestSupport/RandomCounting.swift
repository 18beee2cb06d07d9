import Basics
import RASP

/// Random C-RASP programs as text: counts over tokens, remainders, local windows and earlier booleans, sums of them with
/// factors and constants, conditionals, minima, and booleans of their comparisons.
package struct RandomCounting {
    private var random: SeededRandom
    private var booleans: [String] = []
    private var counts: [String] = []
    private var lines: [String]
    private let vocabulary: [String]

    package static func text(seed: UInt64) -> String {
        var generator = RandomCounting(seed: seed)
        return generator.program()
    }

    private init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: "random counting")
        vocabulary = random.pick([["a", "b"], ["a", "b", "c"], ["0", "1"], ["a", "b", "c", "d", "e"]])
        let length = random.pick([4, 6, 9, 17])
        lines = ["#pragma vocab \(vocabulary.joined(separator: " "))", "#pragma max_length \(length)"]
    }

    private mutating func program() -> String {
        for number in 0..<(2 + random.integer(below: 7)) {
            if random.integer(below: 3) == 0 {
                lines.append("C\(number) := \(count(2))")
                counts.append("C\(number)")
            } else {
                lines.append("P\(number) := \(boolean(2))")
                booleans.append("P\(number)")
            }
        }
        if random.integer(below: 5) == 0 {
            for token in vocabulary.prefix(3) { lines.append("NEXT_\(token) := \(boolean(1))") }
        } else {
            lines.append("out := \(boolean(2))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func boolean(_ depth: Int) -> String {
        if !booleans.isEmpty, random.integer(below: 4) == 0 { return random.pick(booleans) }
        switch random.integer(below: depth > 0 ? 9 : 3) {
        case 0, 1: return "Q_\(random.pick(vocabulary))"
        case 2: return random.pick(["i % 2 == 0", "i % 3 == 1", "true", "pos_odd", "i % 2 != 0"])
        case 3: return "not (\(boolean(depth - 1)))"
        case 4: return "(\(boolean(depth - 1)) and \(boolean(depth - 1)))"
        case 5: return "(\(boolean(depth - 1)) or \(boolean(depth - 1)))"
        default:
            let comparison = random.pick(["==", "!=", "<", "<=", ">", ">="])
            let left = count(depth - 1)
            // A count compared with itself is a constant, which counts nothing however deep it is.
            return "(\(left) \(comparison) \(random.integer(below: 6) == 0 ? left : count(depth - 1)))"
        }
    }

    private mutating func count(_ depth: Int) -> String {
        if !counts.isEmpty, random.integer(below: 3) == 0 { return random.pick(counts) }
        switch random.integer(below: depth > 0 ? 11 : 4) {
        case 0: return "\(random.integer(below: 4))"
        case 1, 2, 3: return "#(\(boolean(depth - 1)))"
        case 4:
            let windows = ["j = i - 1", "j >= i - 2", "j < i", "pred2", "i - 3 <= j <= i - 1", "j <= i - 2"]
            return "#[\(random.pick(windows))] (\(boolean(depth - 1)))"
        case 5: return "(\(count(depth - 1)) + \(count(depth - 1)))"
        case 6: return "(\(count(depth - 1)) - \(count(depth - 1)))"
        case 7: return "\(1 + random.integer(below: 3)) * (\(count(depth - 1)))"
        case 8: return "min(\(count(depth - 1)), \(count(depth - 1)))"
        case 9: return "max(\(count(depth - 1)), \(count(depth - 1)))"
        default: return "((\(boolean(depth - 1))) ? \(count(depth - 1)) : \(count(depth - 1)))"
        }
    }
}

/// Random words over a vocabulary.
package struct SeededWords {
    private var random: SeededRandom
    private let vocabulary: [Atom]

    package init(seed: UInt64, vocabulary: [Atom]) {
        random = SeededRandom(seed: seed, stream: "words")
        self.vocabulary = vocabulary
    }

    package mutating func next(upTo length: Int) -> [Atom] {
        (0...random.integer(below: length)).map { _ in random.pick(vocabulary) }
    }
}
