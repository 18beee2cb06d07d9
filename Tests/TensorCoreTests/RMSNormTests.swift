import Foundation
import TensorCore
import Testing

@Suite struct RMSNormTests {
    static func reference(_ x: [DoubleMatrix], epsilon: Double = 1e-5) -> DoubleMatrix {
        let width = x[0].columns
        return DoubleMatrix(
            rows: x[0].rows, columns: width,
            values: (0..<x[0].rows).flatMap { index -> [Double] in
                let row = x[0].row(index)
                let meanSquare = row.reduce(0) { $0 + $1 * $1 } / Double(width)
                return row.indices.map { row[$0] / sqrt(meanSquare + epsilon) * x[1][0, $0] }
            })
    }

    @Test(arguments: [(1, 2), (3, 5), (4, 16), (7, 33), (2, 128), (130, 5)])
    func matchesReference(rows: Int, width: Int) {
        checkOperation(
            "rms norm \(rows)x\(width)", inputs: [.sample(rows, width, salt: 1), .sample(1, width, salt: 2)],
            tolerance: 1e-5, reference: { Self.reference($0) },
            operation: { tape, x in tape.rmsNorm(x[0], gain: x[1], epsilon: 1e-5) })
    }

    /// Every head of a row by itself, with one gain for all.
    @Test(arguments: [(3, 2, 4), (5, 3, 16), (130, 2, 5)])
    func headsOfARow(rows: Int, heads: Int, width: Int) {
        checkOperation(
            "rms norm of heads", inputs: [.sample(rows, heads * width, salt: 1), .sample(1, width, salt: 2)],
            tolerance: 1e-5,
            reference: { x in
                let split = DoubleMatrix(rows: rows * heads, columns: width, values: x[0].values)
                return DoubleMatrix(
                    rows: rows, columns: heads * width, values: Self.reference([split, x[1]]).values)
            }, operation: { tape, x in tape.rmsNorm(x[0], gain: x[1], epsilon: 1e-5) })
    }

    /// What keeps a row of zeros from becoming no number.
    @Test func zerosStayZeros() {
        let tape = Tape(arena: Arena(), recording: false)
        let zeros = tape.constant(Tensor(zeros: [2, 5]))
        let gain = tape.constant(Tensor([1, 1, 1, 1, 1], shape: [5]))
        #expect(tape.rmsNorm(zeros, gain: gain, epsilon: 1e-6).value.values == [Float](repeating: 0, count: 10))
    }
}
