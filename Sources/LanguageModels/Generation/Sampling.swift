import Basics
import Foundation

/// How the next token is chosen from its logits.
public enum Sampling: Sendable, Equatable {
    /// The most likely; the lowest number among equals.
    case greedy
    /// Drawn from softmax(logits / temperature) over the `topK` most likely tokens, or over all.
    ///
    /// Prompt `i` draws from a stream of its own, so a text does not depend on the others generated with it.
    case sampled(temperature: Double, topK: Int?, seed: UInt64)
}

/// Draws tokens from rows of logits.
struct TokenSampler {
    let temperature: Double
    let topK: Int?
    private var random: SeededRandom
    private var weights: [Float] = []

    init(temperature: Double, topK: Int?, seed: UInt64, prompt: Int) {
        precondition(temperature > 0, "a temperature is positive; .greedy is its limit at 0")
        self.temperature = temperature
        self.topK = topK
        random = SeededRandom(seed: seed, stream: "prompt \(prompt)")
    }

    mutating func draw(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
        var threshold = -Float.infinity
        if let topK, topK < logits.count { threshold = Self.kthLargest(max(topK, 1), of: logits) }
        let largest = logits.max() ?? 0
        let inverse = Float(1 / temperature)
        weights.removeAll(keepingCapacity: true)
        var total = 0.0
        for logit in logits {
            let weight = logit >= threshold ? exp((logit - largest) * inverse) : 0
            weights.append(weight)
            total += Double(weight)
        }
        var remaining = random.uniform() * total
        var last = 0
        for (token, weight) in weights.enumerated() where weight > 0 {
            last = token
            remaining -= Double(weight)
            if remaining < 0 { break }
        }
        return Int32(last)
    }

    /// Quickselect with the median of three, on a copy.
    private static func kthLargest(_ k: Int, of values: UnsafeBufferPointer<Float>) -> Float {
        var values = Array(values)
        var (low, high) = (0, values.count - 1)
        while low < high {
            let pivot = [values[low], values[(low + high) / 2], values[high]].sorted()[1]
            var (left, right) = (low, high)
            while left <= right {
                while values[left] > pivot { left += 1 }
                while values[right] < pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if k - 1 <= right {
                high = right
            } else if k - 1 >= left {
                low = left
            } else {
                break
            }
        }
        return values[k - 1]
    }
}
