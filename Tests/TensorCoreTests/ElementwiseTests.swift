import TensorCore
import Testing

@Suite struct ElementwiseTests {
    static let shapes = [(1, 1), (3, 7), (1, 33), (300, 401)]

    @Test(arguments: [(1, 1), (3, 7), (5, 33)])
    func binaryOperations(rows: Int, columns: Int) {
        let inputs = [DoubleMatrix.sample(rows, columns, salt: 1), .sample(rows, columns, salt: 2)]
        checkOperation("add", inputs: inputs, reference: { $0[0] + $0[1] }, operation: { $0.add($1[0], $1[1]) })
        checkOperation(
            "subtract", inputs: inputs, reference: { $0[0] - $0[1] }, operation: { $0.subtract($1[0], $1[1]) })
        checkOperation(
            "multiply", inputs: inputs, reference: { $0[0].combined($0[1], *) },
            operation: { $0.multiply($1[0], $1[1]) })
        checkOperation(
            "scale", inputs: [inputs[0]], reference: { $0[0].map { $0 * -1.5 } },
            operation: { $0.scale($1[0], by: -1.5) })
        checkOperation(
            "sum", inputs: [inputs[0]],
            reference: { DoubleMatrix(rows: 1, columns: 1, values: [$0[0].values.reduce(0, +)]) },
            operation: { $0.sum($1[0]) })
        checkOperation(
            "mean", inputs: [inputs[0]],
            reference: {
                DoubleMatrix(rows: 1, columns: 1, values: [$0[0].values.reduce(0, +) / Double(rows * columns)])
            },
            operation: { $0.mean($1[0]) })
        checkOperation(
            "square by the same input twice", inputs: [inputs[0]], reference: { $0[0].map { $0 * $0 } },
            operation: { $0.multiply($1[0], $1[0]) })
    }

    /// Long enough to be divided among workers.
    @Test func dividedAmongWorkers() {
        let a = DoubleMatrix.sample(300, 401, salt: 1)
        let b = DoubleMatrix.sample(300, 401, salt: 2)
        let tape = Tape(arena: Arena(), recording: false)
        let sum = tape.add(tape.constant(a.tensor), tape.constant(b.tensor))
        expectClose(sum.value.values, (a + b).values, absolute: 1.2e-7, "add")
        let total = tape.sum(sum).value.scalar
        #expect(abs(Double(total) - (a + b).values.reduce(0, +)) < 1e-3)
    }

    @Test func gatherRows() {
        let rows: [Int32] = [2, 0, 2, 4]
        checkOperation(
            "gather", inputs: [.sample(5, 70, salt: 1)],
            reference: { x in DoubleMatrix(rows: 4, columns: 70) { x[0][Int(rows[$0]), $1] } },
            operation: { tape, x in tape.gatherRows(x[0], rows: rows) })
    }

    @Test func embedding() {
        let tokens: [Int32] = [3, 1, 3, 0, 3]
        let positions: [Int32] = [0, 1, 2, 0, 1]
        checkOperation(
            "embedding", inputs: [.sample(6, 67, salt: 1), .sample(4, 67, salt: 2)],
            reference: { x in
                DoubleMatrix(rows: 5, columns: 67) { x[0][Int(tokens[$0]), $1] + x[1][Int(positions[$0]), $1] }
            },
            operation: { tape, x in
                tape.embedding(tokens, positions: positions, tokenTable: x[0], positionTable: x[1])
            })
    }
}
