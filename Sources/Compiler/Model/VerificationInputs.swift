import Basics
import RASP

/// Inputs to compare on.
struct VerificationInputs {
    let vocabulary: [Atom]
    let maxLength: Int
    let isExhaustive: Bool
    private var remaining: Int
    private var number = 0
    private var digits: [Int] = [0]
    private var random: SeededRandom

    init(vocabulary: [Atom], maxLength: Int, count: Int, seed: UInt64) {
        self.vocabulary = vocabulary
        self.maxLength = maxLength
        random = SeededRandom(seed: seed, stream: "verification")
        var (total, power) = (0, 1)
        for _ in 0..<maxLength where total <= count {
            let (product, overflow) = power.multipliedReportingOverflow(by: vocabulary.count)
            power = overflow ? Int.max / 2 : min(product, Int.max / 2)
            total = min(total + power, Int.max / 2)
        }
        isExhaustive = total <= count
        remaining = min(total, count)
    }

    /// The next inputs, at most `most`; empty at the end.
    mutating func next(_ most: Int) -> [[Atom]] {
        var inputs: [[Atom]] = []
        while inputs.count < most, let input = next() { inputs.append(input) }
        return inputs
    }

    mutating func next() -> [Atom]? {
        guard remaining > 0 else { return nil }
        remaining -= 1
        number += 1
        return isExhaustive ? nextOfAll() : sampled(number - 1)
    }

    private mutating func nextOfAll() -> [Atom] {
        let input = digits.map { vocabulary[$0] }
        var position = digits.count - 1
        while position >= 0 {
            digits[position] += 1
            if digits[position] < vocabulary.count { return input }
            digits[position] = 0
            position -= 1
        }
        digits.append(0)
        return input
    }

    /// First one token throughout, at the maximum length and at 1; then random lengths, one in four the maximum, half
    /// of the inputs over few distinct tokens so that counts grow large.
    private mutating func sampled(_ number: Int) -> [Atom] {
        if number < vocabulary.count { return [Atom](repeating: vocabulary[number], count: maxLength) }
        if number < 2 * vocabulary.count { return [vocabulary[number - vocabulary.count]] }
        return Self.random(vocabulary, maxLength, &random)
    }

    static func random(_ vocabulary: [Atom], _ maxLength: Int, _ random: inout SeededRandom) -> [Atom] {
        let length = random.integer(below: 4) == 0 ? maxLength : 1 + random.integer(below: maxLength)
        var pool = vocabulary
        if random.integer(below: 2) == 0 {
            pool = (0..<(1 + random.integer(below: 3))).map { _ in random.pick(vocabulary) }
        }
        return (0..<length).map { _ in random.pick(pool) }
    }
}
