import TensorCore
import Testing

@Suite struct SubspaceInterchangeTests {
    /// Rows 0 and 2 exchange, 3 takes from 0 as well, 1 is left alone; gradients reach both sides.
    @Test(arguments: [0, 1, 3, 6])
    func takesTheSubspaceOfAnotherRow(rank: Int) throws {
        let (rows, width) = (4, 6)
        let basis =
            rank == 0
            ? Tensor(zeros: [0, width])
            : try RowSpace.orthonormalBasis(of: DoubleMatrix.sample(rank, width, salt: 9).tensor)
        let projector = DoubleMatrix(rows: width, columns: width) { row, column in
            (0..<rank).reduce(0) { $0 + Double(basis[$1, row]) * Double(basis[$1, column]) }
        }
        let sources: [Int32] = [2, -1, 0, 0]
        checkOperation(
            "interchange", inputs: [DoubleMatrix.sample(rows, width, salt: 1)],
            reference: { input in
                let own = input[0] * projector
                return DoubleMatrix(rows: rows, columns: width) { row, column in
                    sources[row] < 0
                        ? input[0][row, column]
                        : input[0][row, column] - own[row, column] + own[Int(sources[row]), column]
                }
            },
            operation: { tape, input in tape.interchange(input[0], basis: basis, sources: sources) })
    }
}
