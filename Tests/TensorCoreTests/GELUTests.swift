import CKernels
import Foundation
import TensorCore
import Testing

@Suite struct GELUTests {
    static func gelu(_ x: Double) -> Double {
        0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }

    @Test(arguments: [(1, 1), (3, 5), (2, 16), (5, 37)])
    func matchesReference(rows: Int, width: Int) {
        checkOperation(
            "gelu", inputs: [.sample(rows, width, salt: 1, scale: 4)],
            reference: { $0[0].map(Self.gelu) }, operation: { tape, x in tape.gelu(x[0]) })
    }

    /// The whole range, tails included, where 1 + tanh cancels and the sigmoid form does not.
    @Test func kernelOverTheWholeRange() {
        let x = stride(from: Float(-12), through: 12, by: 0.01).map { $0 }
        var y = [Float](repeating: .nan, count: x.count)
        kernel_gelu(x.count, x, &y)
        // In double, x sigmoid(2u) is exact where tanh rounds to -1.
        let expected = x.map { value -> Double in
            let v = Double(value)
            return v / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (v + 0.044715 * v * v * v)))
        }
        // The exponent |2u| <= 87 carries four roundings of 6e-8 each, which exp turns into relative error: 2.1e-5.
        expectClose(y, expected, absolute: 1e-37, relative: 2.1e-5, "gelu")
        #expect(zip(x, y).allSatisfy { abs($0) > 4 || abs(Double($1) - Self.gelu(Double($0))) < 5e-7 })
    }

    @Test func exponentialWithinTwoUnits() {
        var worst = 0.0
        let x = stride(from: Float(-87), through: 88, by: 0.00173).map { $0 }
        var y = [Float](repeating: .nan, count: x.count)
        kernel_exp(x.count, x, &y)
        for (argument, value) in zip(x, y) {
            let exact = exp(Double(argument))
            worst = max(worst, abs(Double(value) - exact) / Double(Float(exact).ulp))
        }
        #expect(worst < 2)

        let edges: [Float] = [.nan, .infinity, -.infinity, 1000, -1000, 0]
        var results = [Float](repeating: 0, count: edges.count)
        kernel_exp(edges.count, edges, &results)
        #expect(results[0].isNaN)
        #expect(results[1].isFinite && results[1] > 1e38 && results[3] == results[1])
        #expect(results[2] >= 0 && results[2] < 1e-37 && results[4] == results[2])
        #expect(results[5] == 1)
    }

    @Test func derivativeHoldsInTheTails() {
        let x: [Float] = [-20, -12, -8, 8, 12, 20]
        var dx = [Float](repeating: .nan, count: x.count)
        kernel_gelu_backward(x.count, x, [Float](repeating: 1, count: x.count), 0, &dx)
        expectClose(dx, [0, 0, 0, 1, 1, 1], absolute: 1e-6, "gelu derivative")
    }
}
