import Foundation
import TensorCore
import Testing

@Suite struct RollTests {
    @Test(arguments: [1, 3, 6])
    func keepsTheSubspaceAndTakesTheComplement(rank: Int) throws {
        let (rows, width) = (8, 6)
        let basis = try RowSpace.orthonormalBasis(of: DoubleMatrix.sample(rank, width, salt: 9).tensor)
        let q = DoubleMatrix(rows: rank, columns: width) { Double(basis[$0, $1]) }
        let projector = q.transposed * q
        let sources: [Int32] = [4, 5, 6, 7, 0, 1, 2, 3]
        let x = DoubleMatrix.sample(rows, width, salt: 1)
        let kept = x * projector
        // The complement is a constant to the gradient: the reference freezes it at the original x.
        checkOperation(
            "roll", inputs: [x],
            reference: { input in
                let own = input[0] * projector
                return DoubleMatrix(rows: rows, columns: width) {
                    own[$0, $1] + x[Int(sources[$0]), $1] - kept[Int(sources[$0]), $1]
                }
            },
            operation: { tape, input in tape.roll(input[0], basis: basis, sources: sources) })
    }

    /// Rows with source -1 take no part: their value and gradient pass unchanged.
    @Test func rowsLeftOut() throws {
        let basis = try RowSpace.orthonormalBasis(of: DoubleMatrix.sample(2, 5, salt: 9).tensor)
        let q = DoubleMatrix(rows: 2, columns: 5) { Double(basis[$0, $1]) }
        let projector = q.transposed * q
        let x = DoubleMatrix.sample(4, 5, salt: 1)
        let kept = x * projector
        checkOperation(
            "roll of some rows", inputs: [x],
            reference: { input in
                let own = input[0] * projector
                return DoubleMatrix(rows: 4, columns: 5) {
                    $0 % 2 == 1 ? input[0][$0, $1] : own[$0, $1] + x[2 - $0, $1] - kept[2 - $0, $1]
                }
            },
            operation: { tape, input in tape.roll(input[0], basis: basis, sources: [2, -1, 0, -1]) })
    }

    @Test func rankZeroPassesNoGradient() {
        let tape = Tape(arena: Arena())
        let x = tape.leaf(DoubleMatrix.sample(2, 3, salt: 1).tensor)
        let y = tape.roll(x, basis: Tensor(zeros: [0, 3]), sources: [1, 0])
        tape.backward(from: tape.sum(y))
        #expect(y.value.values == Array(x.value.values[3...]) + Array(x.value.values[..<3]))
        #expect(x.gradient?.values == [Float](repeating: 0, count: 6))
    }
}

@Suite struct ProjectorTests {
    @Test(arguments: [(1, 1), (3, 8), (8, 3), (40, 128)])
    func spansTheRows(rows: Int, width: Int) throws {
        let w = DoubleMatrix.sample(rows, width, salt: 2)
        let q = try RowSpace.orthonormalBasis(of: w.tensor)
        #expect(q.rows == min(rows, width) && q.columns == width)
        let basis = DoubleMatrix(rows: q.rows, columns: width) { Double(q[$0, $1]) }
        let identity = DoubleMatrix(rows: q.rows, columns: q.rows) { $0 == $1 ? 1 : 0 }
        // Householder QR in single precision: orthogonal to a few ulp.
        expectClose(
            (basis * basis.transposed).values.map { Float($0) }, identity.values, absolute: 2e-6, "orthonormality")
        let projected = w * basis.transposed * basis
        expectClose(projected.values.map { Float($0) }, w.values, absolute: 2e-5, "rows are kept")
    }

    @Test func revealsTheRank() throws {
        let left = DoubleMatrix.sample(20, 4, salt: 1)
        let right = DoubleMatrix.sample(4, 16, salt: 2)
        #expect(try RowSpace.orthonormalBasis(of: (left * right).tensor).rows == 4)
        #expect(try RowSpace.orthonormalBasis(of: Tensor(zeros: [3, 5])).rows == 0)
        #expect(try RowSpace.orthonormalBasis(of: Tensor(zeros: [0, 5])).rows == 0)
    }

    @Test func refusesWhatIsNotFinite() {
        #expect(throws: LinearAlgebraError.self) {
            try RowSpace.orthonormalBasis(of: Tensor([1, .nan, 0, 1], shape: [2, 2]))
        }
    }
}
