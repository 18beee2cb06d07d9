import Foundation
import TensorCore
import Testing

@Suite struct SingleHeadAttentionTests {
    private static func reference(_ x: [DoubleMatrix], starts: [Int], causal: Bool) -> DoubleMatrix {
        var y = DoubleMatrix(rows: x[2].rows, columns: x[2].columns) { _, _ in 0 }
        for (start, end) in zip(starts, starts.dropFirst()) {
            for row in start..<end {
                let keys = Array(start..<(causal ? row + 1 : end))
                let weights = softmax(
                    keys.map { key in zip(x[0].row(row), x[1].row(key)).reduce(0) { $0 + $1.0 * $1.1 } })
                for (key, weight) in zip(keys, weights) {
                    for column in 0..<y.columns { y[row, column] += weight * x[2][key, column] }
                }
            }
        }
        return y
    }

    @Test(arguments: [true, false], [[0, 1], [0, 3, 3, 8]])
    func matchesReference(causal: Bool, starts: [Int]) {
        let rows = starts[starts.count - 1]
        checkOperation(
            "single-head attention",
            inputs: [.sample(rows, 3, salt: 1), .sample(rows, 3, salt: 2), .sample(rows, 5, salt: 3)],
            reference: { Self.reference($0, starts: starts, causal: causal) },
            operation: { tape, x in
                tape.singleHeadAttention(queries: x[0], keys: x[1], values: x[2], starts: starts, causal: causal)
            })
    }

    /// Away from its kink, where central differences mean something.
    @Test func relu() {
        checkOperation(
            "relu", inputs: [.sample(3, 7, salt: 2)], reference: { $0[0].map { max($0, 0) } },
            operation: { tape, x in tape.relu(x[0]) })
    }

    @Test func principalDirections() throws {
        // Rows along (3, 4, 0) mostly, and a little along (0, 0, 1).
        let x = Tensor([6, 8, 0, -3, -4, 1, 0, 0, -1], shape: [3, 3])
        let gram = Tensor(zeros: [3, 3])
        BLAS.multiply(Matrix(x, transposed: true), Matrix(x), into: gram)
        let rows = try PrincipalDirections.rows(ofGram: gram, count: 2)
        // The exact first one: the eigenvector of [[125, -5], [-5, 2]] over (0.6, 0.8, 0) and (0, 0, 1).
        let slope = 5 / ((123 + (123.0 * 123 + 100).squareRoot()) / 2)
        let norm = (1 + slope * slope).squareRoot()
        expectClose(
            rows.values, [0.6 / norm, 0.8 / norm, -slope / norm, 0.6 * slope / norm, 0.8 * slope / norm, 1 / norm],
            absolute: 1e-6,
            "principal directions")
        #expect(try PrincipalDirections.rows(ofGram: gram, count: 0).rows == 0)
        gram[0, 0] = .nan
        #expect(throws: LinearAlgebraError.self) { try PrincipalDirections.rows(ofGram: gram, count: 1) }
    }
}
