import CLAPACKE

/// The space that the rows of a matrix span.
public enum RowSpace {
    /// Orthonormal rows that span the row space of `matrix`.
    ///
    /// The rank-revealing QR factorisation of the transpose, W^T P = Q R with |R_11| >= |R_22| >= ..., gives the rank
    /// (diagonal entries above `tolerance` times the largest) and, in the first columns of Q, the basis.
    /// The orthogonal projector onto the row space is Q^T Q, so neither a pseudo-inverse nor a D x D matrix is formed.
    /// - Parameters:
    ///   - matrix: W, [r, D].
    ///   - tolerance: relative to |R_11|; by default max(r, D) units in the last place, as for a numerical rank.
    /// - Returns: [rank, D]; rank 0 for a zero matrix, at most min(r, D).
    /// - Throws: `LinearAlgebraError`.
    public static func orthonormalBasis(of matrix: Tensor, tolerance: Float? = nil) throws -> Tensor {
        let (rows, width) = (matrix.rows, matrix.columns)
        guard matrix.buffer.allSatisfy({ $0.isFinite }) else { throw LinearAlgebraError.notFinite }
        guard rows > 0, width > 0 else { return Tensor(zeros: [0, width]) }
        _ = BLAS.isReady

        // Row-major [r, D] is column-major [D, r]: the transpose, for free.
        var factors = matrix.values
        var pivots = [Int32](repeating: 0, count: rows)
        let most = min(rows, width)
        var reflectors = [Float](repeating: 0, count: most)
        var info = LAPACKE_sgeqp3(
            LAPACK_COL_MAJOR, Int32(width), Int32(rows), &factors, Int32(width), &pivots, &reflectors)
        guard info == 0 else { throw LinearAlgebraError.lapack(routine: "sgeqp3", info: Int(info)) }

        let threshold = (tolerance ?? Float(max(rows, width)) * Float.ulpOfOne) * abs(factors[0])
        var rank = 0
        while rank < most, abs(factors[rank * width + rank]) > threshold { rank += 1 }
        guard rank > 0 else { return Tensor(zeros: [0, width]) }

        info = LAPACKE_sorgqr(
            LAPACK_COL_MAJOR, Int32(width), Int32(rank), Int32(rank), &factors, Int32(width),
            &reflectors)
        guard info == 0 else { throw LinearAlgebraError.lapack(routine: "sorgqr", info: Int(info)) }
        return Tensor(Array(factors[0..<(rank * width)]), shape: [rank, width])
    }

    /// Brings rows that are nearly orthonormal closer to it, in place: Q <- (3 Q - Q Q^T Q) / 2 (Bjorck & Bowie 1971), whose
    /// error is quadratic in that of Q.
    ///
    /// - Parameter q: [r, D].
    package static func settle(_ q: Tensor, rounds: Int = 2) {
        let (gram, product) = (Tensor(zeros: [q.rows, q.rows]), Tensor(zeros: q.shape))
        for _ in 0..<rounds {
            BLAS.multiply(Matrix(q), Matrix(q, transposed: true), into: gram)
            BLAS.multiply(Matrix(gram), Matrix(q), into: product)
            for index in q.buffer.indices { q.buffer[index] = 1.5 * q.buffer[index] - 0.5 * product.buffer[index] }
        }
    }
}
