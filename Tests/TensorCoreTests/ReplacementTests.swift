import TensorCore
import Testing

@Suite struct ReplacementTests {
    private let values = DoubleMatrix.sample(5, 3, salt: 7)

    @Test(arguments: [[], [2], [0, 3]]) func rowsAreReplaced(rows: [Int32]) throws {
        let values = values
        let given = values.tensor
        checkOperation(
            "replaceRows", inputs: [DoubleMatrix.sample(4, 3, salt: 1)],
            reference: { input in
                DoubleMatrix(rows: 4, columns: 3) { row, column in
                    rows.contains(Int32(row)) ? values[row, column] : input[0][row, column]
                }
            },
            operation: { tape, input in tape.replaceRows(input[0], rows, by: given) })
    }

    /// Of two writers one is replaced in two rows, the other in one of them.
    @Test func writersAreReplacedForOneReader() throws {
        let values = values
        let given = values.tensor
        let chosen: [[Int32]] = [[1, 3], [3]]
        checkOperation(
            "reroute", inputs: (1...3).map { DoubleMatrix.sample(4, 3, salt: $0) },
            reference: { input in
                DoubleMatrix(rows: 4, columns: 3) { row, column in
                    chosen.indices.filter { chosen[$0].contains(Int32(row)) }.reduce(input[0][row, column]) {
                        $0 + values[row, column] - input[1 + $1][row, column]
                    }
                }
            },
            operation: { tape, input in
                tape.reroute(input[0], writers: [input[1], input[2]], values: [given, given], chosen: chosen)
            })
    }
}
