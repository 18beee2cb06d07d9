import Foundation
import Serialization

/// What stands before task examples in training: texts, and random tokens.
///
/// A student that has only seen prompts at the beginning of a text follows the program there alone. The program reads
/// what stands before a prompt as it reads everything else.
package struct ContextSource {
    let random: Int
    let texts: Bool
    let seed: Int
    /// Tokens of the student's that stand for text.
    let ordinaryTokens: Int
    /// The most tokens that a sequence may have.
    let limit: Int

    /// What stands before an example.
    package enum Context {
        /// The text of that number.
        case text(Int)
        case tokens([Int32])
    }

    /// By example, for those that something stands before.
    ///
    /// - Parameters:
    ///   - lengths: tokens of the examples.
    ///   - texts: tokens of the texts.
    ///   - position: of the step in the run; the same choice whenever it is asked for.
    package init(random: Int, texts: Bool, seed: Int, ordinaryTokens: Int, limit: Int) {
        (self.random, self.texts, self.seed) = (random, texts, seed)
        (self.ordinaryTokens, self.limit) = (ordinaryTokens, limit)
    }

    package func contexts(lengths: [Int], texts: [Int], at position: Int) -> [Int: Context] {
        var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)), stream: "contexts/\(position)")
        var order = Array(lengths.indices)
        random.shuffle(&order)
        var contexts: [Int: Context] = [:]
        if self.texts {
            for (number, length) in texts.enumerated() {
                guard let place = order.firstIndex(where: { lengths[$0] + length <= limit }) else { continue }
                contexts[order.remove(at: place)] = .text(number)
            }
        }
        for index in order.prefix(self.random) where lengths[index] < limit {
            // As many orders of magnitude short as long.
            let room = Double(limit - lengths[index])
            let count = min(Int(pow(room, random.uniform())), limit - lengths[index])
            contexts[index] = .tokens(
                (0..<count).map { _ in Int32(random.integer(below: ordinaryTokens)) })
        }
        return contexts
    }
}
