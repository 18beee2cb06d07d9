import Foundation

/// The one random number generator of the project: xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64.
///
/// Trainings make one anew wherever numbers are drawn, from the run's seed, the name of a stream and a position such as
/// the step, so that a resumed run draws the same numbers although no checkpoint holds a generator's state. All derived
/// draws (`integer(below:)`, `uniform()`, `normal()`, `shuffle(_:)`) are defined here and not by the standard library,
/// whose algorithms may change between releases.
public struct SeededRandom: RandomNumberGenerator, Sendable, Hashable {
    private var s0, s1, s2, s3: UInt64

    public init(seed: UInt64) {
        var mixer = seed
        func draw() -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            var z = mixer
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        (s0, s1, s2, s3) = (draw(), draw(), draw(), draw())
    }

    /// An independent generator for one purpose: the same seed and the same name give the same stream, however much
    /// the other streams have been used.
    public init(seed: UInt64, stream name: String) {
        // FNV-1a over the name, so that streams can be named where they are used.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        self.init(seed: seed ^ hash)
    }

    /// The same for a seed as settings and options have it, bit by bit.
    public init(seed: Int, stream name: String) {
        self.init(seed: UInt64(bitPattern: Int64(seed)), stream: name)
    }

    public mutating func next() -> UInt64 {
        func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
        let result = rotate(s1 &* 5, 7) &* 9
        let t = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = rotate(s3, 45)
        return result
    }

    /// Uniform in `[0, 1)`, with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in `0 ..< bound` without bias (Lemire's multiply and reject).
    public mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "integer(below:) needs a positive bound")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// Uniform in the closed range.
    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + integer(below: range.upperBound - range.lowerBound + 1)
    }

    /// An element drawn uniformly; the collection must not be empty.
    public mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element {
        choices[choices.index(choices.startIndex, offsetBy: integer(below: choices.count))]
    }

    /// Two independent draws from N(0, 1) (Box and Muller, 1958).
    mutating func normalPair() -> (Double, Double) {
        let radius = (-2 * Foundation.log(1 - uniform())).squareRoot()  // 1 - u lies in (0, 1]: the log is finite
        let angle = 2 * Double.pi * uniform()
        return (radius * Foundation.cos(angle), radius * Foundation.sin(angle))
    }

    /// One draw from N(0, 1).
    public mutating func normal() -> Double { normalPair().0 }

    /// Fills a buffer with draws from N(mean, deviation squared).
    public mutating func fillNormal(
        _ buffer: UnsafeMutableBufferPointer<Float>, mean: Float = 0, deviation: Float = 1
    ) {
        var index = 0
        while index < buffer.count {
            let (a, b) = normalPair()
            buffer[index] = mean + deviation * Float(a)
            if index + 1 < buffer.count { buffer[index + 1] = mean + deviation * Float(b) }
            index += 2
        }
    }

    /// Fisher and Yates' shuffle, in place.
    @inlinable public mutating func shuffle<C: MutableCollection & RandomAccessCollection>(_ elements: inout C)
    where C.Index == Int {
        var remaining = elements.count
        while remaining > 1 {
            let drawn = integer(below: remaining)
            remaining -= 1
            elements.swapAt(elements.startIndex + remaining, elements.startIndex + drawn)
        }
    }

    /// An index drawn with probability proportional to its weight; weights are not negative and not all zero.
    public mutating func index(weights: some Collection<Double>) -> Int {
        let total = weights.reduce(0, +)
        precondition(total > 0 && total.isFinite, "weights must be finite and not all zero")
        var remaining = uniform() * total
        var last = 0
        for (index, weight) in weights.enumerated() where weight > 0 {
            last = index
            remaining -= weight
            if remaining < 0 { return index }
        }
        return last  // rounding left a sliver: the last index that can be drawn at all
    }
}
