import CKernels

/// The nearest matrix with orthonormal rows (or columns, whichever are fewer), approximately: U V^T of X = U S V^T.
///
/// Five steps of the quintic iteration X <- a X + (b X X^T + c (X X^T)^2) X with the coefficients of Jordan et al.
/// (2024), which bring singular values between 0.7 and 1.2 of the greatest few in a thousand upwards: closer would take
/// more products, and does not train better.
package enum Orthogonalization {
    package static let coefficients: (a: Float, b: Float, c: Float) = (3.4445, -4.7750, 2.0315)
    package static let steps = 5

    /// Numbers that `apply` needs, the matrix itself included.
    package static func room(_ rows: Int, _ columns: Int) -> Int {
        let least = min(rows, columns)
        return 2 * rows * columns + 2 * least * least
    }

    static func operations(_ rows: Int, _ columns: Int) -> Double {
        let (least, most) = (Double(min(rows, columns)), Double(max(rows, columns)))
        return Double(steps) * (4 * least * least * most + 2 * least * least * least)
    }

    /// In place, on the calling thread.
    ///
    /// - Parameters:
    ///   - x: [rows, columns], row-major.
    ///   - scratch: `room` less the matrix itself.
    package static func apply(
        _ x: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, scratch: UnsafeMutablePointer<Float>
    ) {
        let count = rows * columns
        let norm = kernel_sum_of_squares(count, x).squareRoot()
        guard norm > 0 else { return }
        let inverse = Float(1 / norm)
        for index in 0..<count { x[index] *= inverse }
        let least = min(rows, columns)
        let isWide = rows <= columns
        let (next, gram, square) = (scratch, scratch + count, scratch + count + least * least)
        var (current, other) = (x, next)
        for _ in 0..<steps {
            let matrix = Matrix(current, rows: rows, columns: columns)
            let (left, right) = isWide ? (matrix, matrix.transpose) : (matrix.transpose, matrix)
            BLAS.serialMultiply(left, right, into: gram, stride: least)
            let product = Matrix(gram, rows: least, columns: least)
            // b A + c A^2, then that times X and a X.
            square.update(from: gram, count: least * least)
            BLAS.serialMultiply(
                product, product, into: square, stride: least, alpha: coefficients.c, beta: coefficients.b)
            other.update(from: current, count: count)
            let polynomial = Matrix(square, rows: least, columns: least)
            if isWide {
                BLAS.serialMultiply(polynomial, matrix, into: other, stride: columns, beta: coefficients.a)
            } else {
                BLAS.serialMultiply(matrix, polynomial, into: other, stride: columns, beta: coefficients.a)
            }
            swap(&current, &other)
        }
        if current != x { x.update(from: current, count: count) }
    }
}
