import CKernels
import Foundation
import TensorCore
import Testing

@Suite struct SwiGLUTests {
    static func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

    @Test(arguments: [(1, 1), (3, 5), (2, 16), (5, 37)])
    func matchesReference(rows: Int, width: Int) {
        checkOperation(
            "swiglu", inputs: [.sample(rows, width, salt: 1, scale: 4), .sample(rows, width, salt: 2)],
            reference: { x in
                DoubleMatrix(rows: rows, columns: width) { Self.silu(x[0][$0, $1]) * x[1][$0, $1] }
            },
            operation: { tape, x in tape.swiGLU(gate: x[0], up: x[1]) })
    }

    /// Far out, where the exponential overflows or vanishes, neither the value nor the derivative becomes no number.
    @Test func holdsInTheTails() {
        let gate: [Float] = [-1e30, -200, -88, 88, 200, 1e30]
        let ones = [Float](repeating: 1, count: gate.count)
        var y = [Float](repeating: .nan, count: gate.count)
        kernel_swiglu(gate.count, gate, ones, &y)
        #expect(y[0...2].allSatisfy { $0 <= 0 && $0.isFinite } && y[1] > -1e-30)
        #expect(Array(y[3...]) == [88, 200, 1e30])
        var slope = [Float](repeating: .nan, count: gate.count)
        kernel_swiglu_backward_gate(gate.count, gate, ones, ones, 0, &slope)
        expectClose(Array(slope[1...4]), [0, 0, 1, 1], absolute: 1e-6, "derivative of silu")
    }
}
