import CKernels

/// The nearest matrix with orthonormal rows (or columns, whichever are fewer), approximately: U V^T of X = U S V^T.
///
/// X is divided by its Schatten 4-norm, so that its singular values lie between 0 and 1, and mapped four times by
///
///     X <- a X + b (X X^T) X + c (X X^T)^2 X
///
/// which maps each singular value s to a s + b s^3 + c s^5 and leaves singular vectors as they are. The coefficients of
/// each step are those whose greatest distance from 1 is least on the interval that the steps before have mapped
/// [0.002, 1] to (Amsel et al. 2025, "The Polar Express"): four steps map that interval into [0.67, 1.33]. Closer would
/// take more products, and does not train better.
package enum Orthogonalization {
    package static let coefficients: [(a: Float, b: Float, c: Float)] = [
        (8.426788, -24.936134, 18.492493),
        (4.111647, -3.059130, 0.574954),
        (3.714570, -2.778125, 0.542939),
        (2.781950, -2.074927, 0.463501),
    ]

    /// Numbers that `apply` needs, the matrix itself included.
    package static func room(_ rows: Int, _ columns: Int) -> Int {
        let least = min(rows, columns)
        return 2 * rows * columns + 4 * least * least
    }

    static func operations(_ rows: Int, _ columns: Int) -> Double {
        let (least, most) = (Double(min(rows, columns)), Double(max(rows, columns)))
        let (cube, product) = (2 * least * least * least, 2 * least * least * most)
        let steps = Double(coefficients.count)
        return isOblong(rows, columns) ? (4 * steps - 3) * cube + 2 * product : steps * (cube + 2 * product)
    }

    /// Whether the steps are cheaper on X X^T than on X.
    private static func isOblong(_ rows: Int, _ columns: Int) -> Bool {
        2 * max(rows, columns) > 3 * min(rows, columns)
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
        // By the Frobenius norm first: the fourth powers of small numbers would be 0.
        let norm = kernel_sum_of_squares(count, x).squareRoot()
        guard norm > 0 else { return }
        scale(x, count, by: Float(1 / norm))
        let work = Work(x, rows, columns, scratch: scratch)
        work.gram()
        let fourthPower = kernel_sum_of_squares(work.least * work.least, work.symmetric[0])
        scale(work.symmetric[0], work.least * work.least, by: Float(1 / fourthPower.squareRoot()))
        scale(x, count, by: Float(1 / fourthPower.squareRoot().squareRoot()))
        if isOblong(rows, columns) { work.iterateOnGram() } else { work.iterate() }
    }

    private static func scale(_ values: UnsafeMutablePointer<Float>, _ count: Int, by factor: Float) {
        for index in 0..<count { values[index] *= factor }
    }

    /// A matrix and the room beside it.
    private struct Work {
        let x: UnsafeMutablePointer<Float>
        let rows, columns, least: Int
        /// As large as the matrix.
        let other: UnsafeMutablePointer<Float>
        /// Four symmetric matrices [least, least]; the first is X X^T, or X^T X where that is smaller.
        let symmetric: [UnsafeMutablePointer<Float>]

        init(
            _ x: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, scratch: UnsafeMutablePointer<Float>
        ) {
            (self.x, self.rows, self.columns, least) = (x, rows, columns, min(rows, columns))
            other = scratch
            let side = least * least
            symmetric = (0..<4).map { scratch + rows * columns + $0 * side }
        }

        func gram() {
            let matrix = Matrix(x, rows: rows, columns: columns)
            let (left, right) = rows <= columns ? (matrix, matrix.transpose) : (matrix.transpose, matrix)
            BLAS.serialMultiply(left, right, into: symmetric[0], stride: least)
        }

        /// result = P X for a symmetric P, or X P where the columns are fewer, plus `beta` times what is in `result`.
        private func multiply(
            _ polynomial: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>, beta: Float
        ) {
            let factor = Matrix(polynomial, rows: least, columns: least)
            let matrix = Matrix(x, rows: rows, columns: columns)
            let (left, right) = rows <= columns ? (factor, matrix) : (matrix, factor)
            BLAS.serialMultiply(left, right, into: result, stride: columns, beta: beta)
        }

        private func square(
            _ left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>,
            into result: UnsafeMutablePointer<Float>, alpha: Float = 1, beta: Float = 0
        ) {
            BLAS.serialMultiply(
                Matrix(left, rows: least, columns: least), Matrix(right, rows: least, columns: least), into: result,
                stride: least, alpha: alpha, beta: beta)
        }

        /// The steps as they are written above.
        func iterate() {
            let (gram, polynomial) = (symmetric[0], symmetric[1])
            for (step, (a, b, c)) in coefficients.enumerated() {
                if step > 0 { self.gram() }
                polynomial.update(from: gram, count: least * least)
                square(gram, gram, into: polynomial, alpha: c, beta: b)
                other.update(from: x, count: rows * columns)
                multiply(polynomial, into: other, beta: a)
                x.update(from: other, count: rows * columns)
            }
        }

        /// The same steps on A = X X^T alone. All polynomials in A commute: a step P = a I + b A + c A^2 takes A to P A P, and
        /// X is multiplied once, by the product of all P.
        func iterateOnGram() {
            let (gram, polynomial) = (symmetric[0], symmetric[1])
            var (product, spare) = (symmetric[2], symmetric[3])
            for (step, (a, b, c)) in coefficients.enumerated() {
                polynomial.update(from: gram, count: least * least)
                square(gram, gram, into: polynomial, alpha: c, beta: b)
                for index in 0..<least { polynomial[index * (least + 1)] += a }
                if step == 0 {
                    product.update(from: polynomial, count: least * least)
                } else {
                    square(polynomial, product, into: spare)
                    swap(&product, &spare)
                }
                if step + 1 == coefficients.count { break }
                square(polynomial, gram, into: spare)
                square(spare, polynomial, into: gram)
            }
            multiply(product, into: other, beta: 0)
            x.update(from: other, count: rows * columns)
        }
    }
}
