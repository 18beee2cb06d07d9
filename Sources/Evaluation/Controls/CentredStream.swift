import TensorCore

/// A stream less its mean, and the products of its columns.
struct CentredStream {
    /// [tokens, d_model].
    let rows: Tensor
    let mean: [Double]
    /// X^T X of the rows, [d_model, d_model].
    let gram: Tensor

    /// - Parameter stream: [tokens, d_model].
    init(_ stream: Tensor) {
        var sums = [Double](repeating: 0, count: stream.columns)
        for row in 0..<stream.rows {
            let values = stream.row(row)
            for column in sums.indices { sums[column] += Double(values[column]) }
        }
        mean = sums.map { $0 / Double(max(stream.rows, 1)) }
        rows = Tensor(zeros: stream.shape)
        for row in 0..<stream.rows {
            let (from, to) = (stream.row(row), rows.row(row))
            for column in mean.indices { to[column] = from[column] - Float(mean[column]) }
        }
        gram = Tensor(zeros: [stream.columns, stream.columns])
        BLAS.multiply(Matrix(rows, transposed: true), Matrix(rows), into: gram)
    }
}
