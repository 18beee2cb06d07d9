import CKernels
import Foundation
import TensorCore
import Testing

@Suite struct SiLUTests {
    @Test(arguments: [(1, 1), (3, 5), (2, 16), (5, 37)])
    func matchesReference(rows: Int, width: Int) {
        checkOperation(
            "silu", inputs: [.sample(rows, width, salt: 1, scale: 4)],
            reference: { $0[0].map { $0 / (1 + exp(-$0)) } }, operation: { tape, x in tape.silu(x[0]) })
    }

    @Test func farOut() {
        let x: [Float] = [-500, -90, 90, 500]
        var dx = [Float](repeating: .nan, count: x.count)
        kernel_silu_backward(x.count, x, [Float](repeating: 1, count: x.count), 0, &dx)
        expectClose(dx, [0, 0, 1, 1], absolute: 1e-6, "silu derivative")
    }
}
