import CKernels
import Foundation
import TensorCore
import Testing

@Suite struct ExactGELUTests {
    /// By the complementary error function, which keeps its precision where 1 + erf cancels.
    static func gelu(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

    @Test(arguments: [(1, 1), (3, 5), (2, 16), (5, 37)])
    func matchesReference(rows: Int, width: Int) {
        checkOperation(
            "exact gelu", inputs: [.sample(rows, width, salt: 1, scale: 4)],
            reference: { $0[0].map(Self.gelu) }, operation: { tape, x in tape.exactGELU(x[0]) })
    }

    /// Relative, tails included: the polynomial's 12 roundings, two exponentials of 2 units each and a division.
    @Test func kernelOverTheWholeRange() {
        let x = stride(from: Float(-12.9), through: 13, by: 0.007).map { $0 }
        var y = [Float](repeating: .nan, count: x.count)
        kernel_gelu_exact(x.count, x, &y)
        expectClose(y, x.map { Self.gelu(Double($0)) }, absolute: 1e-37, relative: 1.5e-6, "exact gelu")
    }

    @Test func derivativeOverTheWholeRange() {
        let x = stride(from: Float(-12), through: 12, by: 0.01).map { $0 }
        var dx = [Float](repeating: .nan, count: x.count)
        kernel_gelu_exact_backward(x.count, x, [Float](repeating: 1, count: x.count), 0, &dx)
        let expected = x.map { value -> Double in
            let v = Double(value)
            return 0.5 * erfc(-v / 2.0.squareRoot()) + v * exp(-v * v / 2) / (2 * Double.pi).squareRoot()
        }
        expectClose(dx, expected, absolute: 5e-7, "exact gelu derivative")
    }

    @Test func farOut() {
        let x: [Float] = [-1e38, -1e30, -200, 200, 1e30, .infinity, .nan]
        var (y, dx) = ([Float](repeating: 0, count: x.count), [Float](repeating: 0, count: x.count))
        kernel_gelu_exact(x.count, x, &y)
        kernel_gelu_exact_backward(x.count, x, [Float](repeating: 1, count: x.count), 0, &dx)
        // exp(-87.3) stands for 0, and 1e38 times it is near 1.
        #expect(y[0].isFinite && abs(y[1]) < 1e-8 && abs(y[2]) < 1e-30)
        #expect(y[3...5].elementsEqual(x[3...5]) && y[6].isNaN && dx[6].isNaN)
        expectClose(Array(dx[..<6]), [0, 0, 0, 1, 1, 1], absolute: 1e-6, "exact gelu derivative")
    }
}
