import CLAPACKE

/// Systems of linear equations with a symmetric positive definite matrix, solved by Cholesky's factorisation in double
/// precision.
package enum PositiveDefiniteSystem {
    /// The rows X of X A = B.
    ///
    /// - Parameters:
    ///   - matrix: A, [n, n], symmetric, row after row.
    ///   - sides: B, [m, n], row after row.
    /// - Returns: X, [m, n].
    /// - Throws: `LinearAlgebraError` for values that are not finite and a matrix that is not positive definite.
    package static func solve(_ matrix: [Double], _ sides: [Double], size n: Int) throws -> [Double] {
        precondition(matrix.count == n * n && (n == 0 ? sides.isEmpty : sides.count % n == 0), "sizes of a system")
        guard (matrix + sides).allSatisfy(\.isFinite) else { throw LinearAlgebraError.notFinite }
        guard n > 0, !sides.isEmpty else { return [] }
        var (factor, solution) = (matrix, sides)
        // Rows of ours are LAPACK's columns, which a symmetric matrix does not mind.
        let info = LAPACKE_dposv(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(n), Int32(sides.count / n), &factor, Int32(n), &solution,
            Int32(n))
        guard info == 0 else { throw LinearAlgebraError.lapack(routine: "dposv", info: Int(info)) }
        return solution
    }
}
