import CLAPACKE

/// The directions in which rows of data are largest.
public enum PrincipalDirections {
    /// The same of the rows X themselves, [any number, D].
    public static func rows(of x: Tensor, count: Int) throws -> Tensor {
        let gram = Tensor(zeros: [x.columns, x.columns])
        BLAS.multiply(Matrix(x, transposed: true), Matrix(x), into: gram)
        return try rows(ofGram: gram, count: count)
    }

    /// The eigenvectors of X^T X with the largest eigenvalues, largest first (principal components without centring):
    /// of all subspaces of their number, the one that keeps most of the rows' squared length.
    ///
    /// Each has the sign that makes its largest entry positive, so that the result does not hang on the LAPACK in use.
    /// - Parameters:
    ///   - gram: X^T X, [D, D], symmetric.
    ///   - count: at most D.
    /// - Returns: [count, D], orthonormal rows.
    /// - Throws: `LinearAlgebraError`.
    public static func rows(ofGram gram: Tensor, count: Int) throws -> Tensor {
        let width = gram.columns
        precondition(
            gram.rows == width && count >= 0 && count <= width, "\(count) directions of a \(gram.shape) matrix")
        guard gram.buffer.allSatisfy({ $0.isFinite }) else { throw LinearAlgebraError.notFinite }
        guard count > 0 else { return Tensor(zeros: [0, width]) }
        _ = BLAS.isReady

        var vectors = gram.values.map(Double.init)
        var squares = [Double](repeating: 0, count: width)
        let info = LAPACKE_dsyevd(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(width), &vectors, Int32(width),
            &squares)
        guard info == 0 else { throw LinearAlgebraError.lapack(routine: "dsyevd", info: Int(info)) }

        // Columns of the result in ascending order of eigenvalue; a column is a row of ours.
        let result = Tensor(zeros: [count, width])
        for row in 0..<count {
            let vector = vectors[((width - 1 - row) * width)..<((width - row) * width)]
            let largest = vector.max { abs($0) < abs($1) } ?? 0
            for (column, value) in vector.enumerated() { result[row, column] = Float(largest < 0 ? -value : value) }
        }
        return result
    }
}
