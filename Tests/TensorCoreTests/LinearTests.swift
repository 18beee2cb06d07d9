import TensorCore
import Testing

@Suite struct LinearTests {
    @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 9), (2, 64, 31)])
    func linear(rows: Int, input: Int, output: Int) {
        checkOperation(
            "linear \(rows)x\(input)x\(output)",
            inputs: [.sample(rows, input, salt: 1), .sample(input, output, salt: 2), .sample(1, output, salt: 3)],
            reference: { x in x[0] * x[1] + DoubleMatrix(rows: rows, columns: output) { x[2][0, $1] } },
            operation: { tape, x in tape.linear(x[0], weight: x[1], bias: x[2]) })
    }

    @Test(arguments: [(1, 1, 1), (4, 6, 11), (19, 8, 3)])
    func linearTransposed(rows: Int, input: Int, output: Int) {
        checkOperation(
            "linear transposed",
            inputs: [.sample(rows, input, salt: 1), .sample(output, input, salt: 2), .sample(1, output, salt: 3)],
            reference: { x in x[0] * x[1].transposed + DoubleMatrix(rows: rows, columns: output) { x[2][0, $1] } },
            operation: { tape, x in tape.linear(x[0], weight: x[1], bias: x[2], transposed: true) })
    }

    @Test(arguments: [true, false])
    func linearAddedToResidual(biased: Bool) {
        checkOperation(
            "linear with residual",
            inputs: [
                .sample(5, 3, salt: 1), .sample(3, 18, salt: 2), .sample(1, 18, salt: 3), .sample(5, 18, salt: 4),
            ],
            differentiable: biased ? nil : [0, 1, 3],
            reference: { x in
                x[0] * x[1] + x[3] + DoubleMatrix(rows: 5, columns: 18) { biased ? x[2][0, $1] : 0 }
            },
            operation: { tape, x in
                tape.linear(x[0], weight: x[1], bias: biased ? x[2] : nil, addedTo: x[3])
            })
    }

    @Test func matmul() {
        checkOperation(
            "matmul", inputs: [.sample(5, 3, salt: 1), .sample(3, 6, salt: 2)],
            reference: { $0[0] * $0[1] }, operation: { tape, x in tape.matmul(x[0], x[1]) })
        checkOperation(
            "matmul transposed", inputs: [.sample(5, 3, salt: 1), .sample(6, 3, salt: 2)],
            reference: { $0[0] * $0[1].transposed },
            operation: { tape, x in tape.matmul(x[0], x[1], transposeB: true) })
    }

    /// Large enough to be cut into blocks, at several thread counts, against the product in double precision.
    @Test(arguments: [(200, 130, 300), (1000, 96, 40), (40, 700, 1100)])
    func dividedProduct(height: Int, depth: Int, width: Int) {
        let a = DoubleMatrix.sample(height, depth, salt: 1)
        let b = DoubleMatrix.sample(depth, width, salt: 2)
        let bias = DoubleMatrix.sample(1, width, salt: 3)
        let before = DoubleMatrix.sample(height, width, salt: 4)
        let (at, bt) = (a.transposed.tensor, b.transposed.tensor)
        // Rows and columns enough to meet every block, without forming the whole product slowly.
        let places = (0..<200).map { (($0 * 7919) % height, ($0 * 104_729) % width) }
        let product = places.map { place in (0..<depth).reduce(0) { $0 + a[place.0, $1] * b[$1, place.1] } }
        for beta in [0, 0.5] as [Float] {
            for transposed in [false, true] {
                let c = before.tensor
                BLAS.multiply(
                    transposed ? Matrix(at, transposed: true) : Matrix(a.tensor),
                    transposed ? Matrix(bt, transposed: true) : Matrix(b.tensor), into: c, alpha: 2, beta: beta,
                    bias: beta == 0 ? bias.tensor : nil)
                let expected = zip(places, product).map { place, value in
                    2 * value + (beta == 0 ? bias[0, place.1] : Double(beta) * before[place.0, place.1])
                }
                // Sums of up to 700 products of order one: about sqrt(700) ulp.
                expectClose(places.map { c[$0.0, $0.1] }, expected, absolute: 1e-4, "divided product")
            }
        }
    }

    @Test func gridCoversEveryElementOnce() {
        for workers in [1, 2, 3, 4, 6, 7, 64] {
            for (height, width) in [(1, 1), (840, 50257), (100, 3), (17, 33)] {
                let grid = BLAS.division(height: height, width: width, workers: workers)
                #expect(grid.rows * grid.columns == workers)
                let covered = (0..<grid.rows).reduce(0) {
                    $0 + BLAS.blockRange($1, of: grid.rows, count: height, unit: 16).count
                }
                #expect(covered == height)
            }
        }
    }
}
