import Foundation
import TensorCore
import Testing

@Suite struct LayerNormTests {
    static func reference(_ x: [DoubleMatrix], epsilon: Double = 1e-5) -> DoubleMatrix {
        let width = x[0].columns
        return DoubleMatrix(
            rows: x[0].rows, columns: width,
            values: (0..<x[0].rows).flatMap { index -> [Double] in
                let row = x[0].row(index)
                let mean = row.reduce(0, +) / Double(width)
                let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
                return row.indices.map { (row[$0] - mean) / sqrt(variance + epsilon) * x[1][0, $0] + x[2][0, $0] }
            })
    }

    @Test(arguments: [(1, 2), (3, 5), (4, 16), (7, 33), (2, 128), (130, 5)])
    func matchesReference(rows: Int, width: Int) {
        // Dividing by a small deviation magnifies rounding: 1e-5 of the largest value.
        checkOperation(
            "layer norm \(rows)x\(width)",
            inputs: [.sample(rows, width, salt: 1), .sample(1, width, salt: 2), .sample(1, width, salt: 3)],
            tolerance: 1e-5, reference: { Self.reference($0) },
            operation: { tape, x in tape.layerNorm(x[0], gain: x[1], bias: x[2]) })
    }

    @Test func offsetDoesNotSwallowTheVariance() {
        let tape = Tape(arena: Arena(), recording: false)
        let x = DoubleMatrix(rows: 1, columns: 32) { _, column in 1000 + Double(column % 2) }
        let ones = DoubleMatrix(rows: 1, columns: 32) { _, _ in 1 }
        let zeros = ones.map { _ in 0 }
        let y = tape.layerNorm(
            tape.constant(x.tensor), gain: tape.constant(ones.tensor), bias: tape.constant(zeros.tensor))
        expectClose(y.value.values, Self.reference([x, ones, zeros]).values, absolute: 1e-4, "offset rows")
    }
}
