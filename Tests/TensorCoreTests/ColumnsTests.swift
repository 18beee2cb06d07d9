import TensorCore
import Testing

/// Columns cut out and put side by side, and branches of a variable.
@Suite struct ColumnsTests {
    private func cut(_ x: DoubleMatrix, _ columns: Range<Int>) -> DoubleMatrix {
        DoubleMatrix(rows: x.rows, columns: columns.count) { x[$0, columns.lowerBound + $1] }
    }

    private func join(_ parts: [DoubleMatrix]) -> DoubleMatrix {
        let rows = parts[0].rows
        return DoubleMatrix(
            rows: rows, columns: parts.reduce(0) { $0 + $1.columns },
            values: (0..<rows).flatMap { row in parts.flatMap { $0.row(row) } })
    }

    @Test(arguments: [0..<1, 0..<9, 3..<7, 8..<9])
    func cutting(columns: Range<Int>) {
        checkOperation(
            "columns", inputs: [.sample(5, 9, salt: 1)], reference: { cut($0[0], columns) },
            operation: { $0.columns($1[0], columns) })
    }

    /// The gradients of overlapping cuts add up.
    @Test func cutsOfOneVariable() {
        checkOperation(
            "two cuts", inputs: [.sample(4, 6, salt: 1)], reference: { cut($0[0], 0..<4) + cut($0[0], 2..<6) },
            operation: { $0.add($0.columns($1[0], 0..<4), $0.columns($1[0], 2..<6)) })
    }

    @Test func aVectorIsCutToAVector() {
        let tape = Tape(arena: Arena(), recording: false)
        let x = tape.constant(Tensor([1, 2, 3, 4], shape: [4]))
        let y = tape.columns(x, 1..<3)
        #expect(y.shape == [2] && y.value.values == [2, 3])
    }

    @Test func joining() {
        let inputs = [DoubleMatrix.sample(5, 3, salt: 1), .sample(5, 1, salt: 2), .sample(5, 4, salt: 3)]
        checkOperation(
            "side by side", inputs: inputs, reference: { join($0) }, operation: { $0.concatenatedColumns($1) })
        checkOperation(
            "one of them twice", inputs: inputs, reference: { join([$0[1], $0[0], $0[1], $0[2]]) },
            operation: { $0.concatenatedColumns([$1[1], $1[0], $1[1], $1[2]]) })
    }

    /// Long enough to be divided among workers.
    @Test func dividedAmongWorkers() {
        let x = DoubleMatrix.sample(700, 200, salt: 1)
        let tape = Tape(arena: Arena(), recording: false)
        let variable = tape.constant(x.tensor)
        let halves = [tape.columns(variable, 0..<90), tape.columns(variable, 90..<200)]
        #expect(tape.concatenatedColumns(halves).value.values == variable.value.values)
    }

    /// A branch's gradient is that of its own reader, and the variable's is the sum.
    @Test func branchesHaveGradientsOfTheirOwn() {
        checkOperation(
            "branches", inputs: [.sample(3, 4, salt: 1)], reference: { $0[0].map { $0 * 5 } },
            operation: { $0.add($0.scale($0.branch($1[0]), by: 2), $0.scale($0.branch($1[0]), by: 3)) })

        let tape = Tape(arena: Arena())
        let x = tape.leaf(Tensor([1, 2], shape: [1, 2]))
        let (one, other) = (tape.branch(x), tape.branch(x))
        (one.retainsGradient, other.retainsGradient) = (true, true)
        tape.backward(from: tape.sum(tape.add(tape.scale(one, by: 2), tape.scale(other, by: 3))))
        #expect(one.gradient?.values == [2, 2])
        #expect(other.gradient?.values == [3, 3])
        #expect(x.gradient?.values == [5, 5])
    }
}
