import CLAPACKE

/// Singular values of a small matrix.
public enum SingularValues {
    /// In descending order, as many as the matrix has rows or columns, whichever are fewer. Computed in double precision.
    ///
    /// - Throws: `LinearAlgebraError`.
    public static func of(_ matrix: Tensor) throws -> [Double] {
        guard matrix.buffer.allSatisfy({ $0.isFinite }) else { throw LinearAlgebraError.notFinite }
        let (rows, columns) = (Int32(matrix.rows), Int32(matrix.columns))
        guard rows > 0, columns > 0 else { return [] }
        _ = BLAS.isReady
        var values = matrix.values.map(Double.init)
        var result = [Double](repeating: 0, count: Int(min(rows, columns)))
        // The transpose in column-major order, which has the same singular values. No vectors are computed.
        var none = [0.0]
        var other = [0.0]
        let info = LAPACKE_dgesdd(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), columns, rows, &values, columns, &result, &none, columns,
            &other,
            rows)
        guard info == 0 else { throw LinearAlgebraError.lapack(routine: "dgesdd", info: Int(info)) }
        return result
    }
}
