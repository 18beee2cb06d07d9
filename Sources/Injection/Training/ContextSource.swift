import Basics
import Foundation
import LanguageModels

/// What stands around task examples in training: texts before them, and random tokens before and behind.
///
/// A student that has only seen prompts at the beginning of a text follows the program there alone. The program reads
/// what stands before a prompt as it reads everything else.
package struct ContextSource {
    /// Examples a step that random tokens stand before, and behind.
    let before, behind: Int
    let texts: Bool
    let seed: Int
    /// Tokens of the student's that stand for text.
    let ordinaryTokens: OrdinaryTokens
    /// The student's tokens of each of the program's.
    let symbols: [[Int32]]
    /// The most tokens that a sequence may have.
    let limit: Int

    package init(
        before: Int, behind: Int, texts: Bool, seed: Int, ordinaryTokens: OrdinaryTokens, symbols: [[Int32]], limit: Int
    ) {
        (self.before, self.behind, self.texts, self.seed) = (before, behind, texts, seed)
        (self.ordinaryTokens, self.symbols, self.limit) = (ordinaryTokens, symbols, limit)
    }

    /// What stands around one example.
    package struct Surroundings: Sendable {
        /// The number of the text before it.
        package var text: Int?
        /// Random tokens before it, where no text is.
        package var before: [Int32] = []
        package var behind: [Int32] = []
    }

    /// By example, for those that something stands around.
    ///
    /// - Parameters:
    ///   - lengths: tokens of the examples.
    ///   - texts: tokens of the texts.
    ///   - position: of the step in the run; the same choice whenever it is asked for.
    package func surroundings(lengths: [Int], texts: [Int], at position: Int) -> [Int: Surroundings] {
        var random = SeededRandom(seed: seed, stream: "contexts/\(position)")
        var lengths = lengths
        var result: [Int: Surroundings] = [:]
        var order = Array(lengths.indices)
        random.shuffle(&order)
        if self.texts {
            for (number, length) in texts.enumerated() {
                guard let place = order.firstIndex(where: { lengths[$0] + length <= limit }) else { continue }
                let index = order.remove(at: place)
                result[index, default: Surroundings()].text = number
                lengths[index] += length
            }
        }
        for index in order.prefix(before) {
            let tokens = tokens(atMost: limit - lengths[index], &random)
            guard !tokens.isEmpty else { continue }
            result[index, default: Surroundings()].before = tokens
            lengths[index] += tokens.count
        }
        random.shuffle(&order)
        for index in order.prefix(behind) {
            let tokens = tokens(atMost: limit - lengths[index], &random)
            if !tokens.isEmpty { result[index, default: Surroundings()].behind = tokens }
        }
        return result
    }

    /// Tokens evenly from the student's vocabulary, or from a small pool of these and of the program's own.
    private func tokens(atMost room: Int, _ random: inout SeededRandom) -> [Int32] {
        guard room > 0 else { return [] }
        // As many orders of magnitude short as long, or any length alike.
        let isEven = random.integer(below: 2) == 0
        let count = isEven ? random.integer(in: 1...room) : min(Int(pow(Double(room), random.uniform())), room)
        func foreign() -> Int32 { random.pick(ordinaryTokens) }
        guard random.integer(below: 2) == 0, !symbols.isEmpty else { return (0..<count).map { _ in foreign() } }
        let share = random.uniform()
        let pool = (0..<(2 << random.integer(below: 5))).map { _ in
            random.uniform() < share ? random.pick(random.pick(symbols)) : foreign()
        }
        return (0..<count).map { _ in random.pick(pool) }
    }
}
