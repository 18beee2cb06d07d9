import CKernels
import TensorCore
import Testing

/// Products of operands rounded to bf16, and what is kept in bf16.
@Suite struct BF16Tests {
    private func values(_ count: Int, salt: Int) -> [Float] { sampleValues(count, salt: salt).map { Float($0) } }

    /// Rounded to the nearest of 8 bits of mantissa, ties to even.
    private func rounded(_ x: Float) -> Float {
        let bits = x.bitPattern
        return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
    }

    @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 64), (64, 48, 129), (130, 70, 300), (16, 257, 31), (40, 50, 1100)])
    func productsAreThoseOfRoundedOperands(_ height: Int, _ width: Int, _ depth: Int) {
        for (aTransposed, bTransposed) in [(false, false), (true, false), (false, true), (true, true)] {
            let a = Tensor(values(height * depth, salt: 1), shape: aTransposed ? [depth, height] : [height, depth])
            let b = Tensor(values(depth * width, salt: 2), shape: bTransposed ? [width, depth] : [depth, width])
            for (alpha, beta) in [(Float(1), Float(0)), (0.5, 1), (-2, 0.25)] {
                // Old contents must not be read where beta is 0.
                let old = beta == 0 ? [Float](repeating: .nan, count: height * width) : values(height * width, salt: 3)
                let c = Tensor(old, shape: [height, width])
                BLAS.multiply(
                    Matrix(a, transposed: aTransposed), Matrix(b, transposed: bTransposed), into: c, alpha: alpha,
                    beta: beta,
                    precision: .bf16)
                for row in 0..<height {
                    for column in 0..<width {
                        var (sum, magnitude) = (0.0, 0.0)
                        for index in 0..<depth {
                            let x = rounded(aTransposed ? a[index, row] : a[row, index])
                            let y = rounded(bTransposed ? b[column, index] : b[index, column])
                            sum += Double(x) * Double(y)
                            magnitude += abs(Double(x) * Double(y))
                        }
                        let start = beta == 0 ? 0 : Double(beta) * Double(old[row * width + column])
                        let expected = Double(alpha) * sum + start
                        // Every addition in single precision is off by half a unit in the last place of at most
                        // `magnitude`.
                        let tolerance = (abs(Double(alpha)) * magnitude * Double(depth + 2) + abs(start)) * 0x1p-24
                        #expect(
                            abs(Double(c[row, column]) - expected) <= tolerance + 1e-30,
                            "\(height)x\(width)x\(depth) at \(row), \(column)")
                    }
                }
            }
        }
    }

    @Test func numbersAreRoundedToTheNearest() {
        let numbers = values(1000, salt: 4) + [0, -0.0, 1, .infinity, -.infinity, 3.3e38, 1 + 0x1p-8, 1 + 0x3p-8]
        let back = Tensor(zeros: [numbers.count])
        HalfStorage(Tensor(numbers, shape: [numbers.count])).unfold(into: back)
        for (index, number) in numbers.enumerated() {
            #expect(back[index] == rounded(number), "\(number)")
        }
        let nan = Tensor(zeros: [1])
        HalfStorage(Tensor([.nan], shape: [1])).unfold(into: nan)
        #expect(nan[0].isNaN)
    }

    /// Moments that are rounded at random follow those in single precision on average; to the nearest, v would never
    /// leave its first value here, since each step changes it by a thousandth.
    @Test func momentsInBF16FollowTheExactOnes() {
        func run(_ moments: NumberFormat) -> (AdamW, ParameterStore) {
            let store = ParameterStore()
            store.add(name: "w", shape: [4096], decay: true)
            store.allocate()
            let optimizer = AdamW(store: store, groups: [.init(learningRate: 0.01)], moments: moments)
            for step in 0..<300 {
                store["w"].gradient?.fill(step < 100 ? 1 : 0.25)
                optimizer.step()
            }
            return (optimizer, store)
        }
        let (exact, exactStore) = run(.fp32)
        let (half, halfStore) = run(.bf16)
        func mean(_ values: UnsafeMutableBufferPointer<Float>) -> Double {
            values.reduce(0) { $0 + Double($1) } / Double(values.count)
        }
        let bits = half.secondMoments.withMemoryRebound(to: UInt16.self) { Array($0) }
        let second = bits.reduce(0) { $0 + Double(Float(bitPattern: UInt32($1) << 16)) } / Double(bits.count)
        // A number strays by half a unit in the last place of eight bits a step, and 4,096 of them are averaged.
        #expect(abs(second / mean(exact.secondMoments) - 1) < 0.003)
        #expect(abs(mean(halfStore.values) / mean(exactStore.values) - 1) < 0.003)
        #expect(half.secondMoments.count * 2 == exact.secondMoments.count)
    }
}
