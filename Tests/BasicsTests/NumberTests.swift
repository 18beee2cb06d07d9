import Basics
import Testing

@Suite struct HalfPrecisionTests {
    /// Against the compiler's own type, over all 65,536 values.
    @Test func halvesBecomeFloats() {
        for bits in UInt16.min...UInt16.max {
            let expected = Float(Float16(bitPattern: bits))
            let got = HalfPrecision.float(half: bits)
            #expect(got.bitPattern == expected.bitPattern || (got.isNaN && expected.isNaN))
        }
    }

    /// All halves, their neighbours in fp32 and the midpoints between them: rounding is decided there.
    @Test func floatsBecomeHalves() {
        for bits in UInt16.min...UInt16.max {
            let half = Float16(bitPattern: bits)
            let here = Float(half)
            let middle = here / 2 + Float(half.nextUp) / 2
            for value in [here, here.nextUp, here.nextDown, middle, middle.nextUp, middle.nextDown] {
                let expected = Float16(value)
                let got = Float16(bitPattern: HalfPrecision.half(value))
                #expect(got == expected || (got.isNaN && expected.isNaN), "\(value)")
            }
        }
    }

    @Test func floatsBecomeBrainFloats() {
        #expect(HalfPrecision.bfloat(1) == 0x3F80)
        #expect(HalfPrecision.bfloat(Float(bitPattern: 0x3F80_8000)) == 0x3F80)  // a tie goes to the even neighbour
        #expect(HalfPrecision.bfloat(Float(bitPattern: 0x3F81_8000)) == 0x3F82)
        #expect(HalfPrecision.bfloat(Float(bitPattern: 0x3F80_8001)) == 0x3F81)
        #expect(HalfPrecision.bfloat(.infinity) == 0x7F80)
        #expect(HalfPrecision.float(bfloat: HalfPrecision.bfloat(Float(bitPattern: 0x7F80_0001))).isNaN)
        #expect(HalfPrecision.float(bfloat: 0xC040) == -3)
    }
}

@Suite struct SeededRandomTests {
    /// The reference implementations' first outputs (SplitMix64 of seed 0 as the state of xoshiro256**).
    @Test func drawsAreTheReferences() {
        var random = SeededRandom(seed: 0)
        #expect(
            [random.next(), random.next(), random.next()] == [
                11_091_344_671_253_066_420, 13_793_997_310_169_335_082, 1_900_383_378_846_508_768,
            ])
    }

    /// The state is the whole of it: a copy goes on with the same numbers.
    @Test func aCopyDrawsTheSame() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<100 { _ = random.next() }
        var copy = random
        #expect(copy == random)
        #expect((0..<100).allSatisfy { _ in copy.next() == random.next() })
    }

    @Test func drawsHaveTheirMoments() {
        var random = SeededRandom(seed: 3)
        let count = 200_000
        var normals = [Float](repeating: 0, count: count + 1)
        normals.withUnsafeMutableBufferPointer { random.fillNormal($0, mean: 1, deviation: 2) }
        let mean = normals.reduce(0, +) / Float(count + 1)
        let variance = normals.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Float(count)
        // Five standard errors: 2 / sqrt(n) for the mean, 4 * sqrt(2 / n) for the variance.
        #expect(abs(mean - 1) < 5 * 2 / 447)
        #expect(abs(variance - 4) < 5 * 4 * 0.00316)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.integer(below: 7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })  // five standard errors
    }

    @Test func shufflesKeepTheElements() {
        var random = SeededRandom(seed: 5)
        var elements = Array(0..<100)
        random.shuffle(&elements)
        #expect(elements != Array(0..<100) && elements.sorted() == Array(0..<100))
        #expect(SeededRandom(seed: 5, stream: "a") != SeededRandom(seed: 5, stream: "b"))
        #expect((0..<50).allSatisfy { _ in [1, 3].contains(random.index(weights: [0, 1, 0, 2, 0])) })
    }
}
