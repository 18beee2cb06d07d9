import TensorCore

/// Principal components of the stream, which know nothing of the variable: the directions in which tokens differ most.
struct PrincipalSubspace: SubspaceMethod {
    static let name = "pca"

    init(steps: Int?, seed: Int) {}

    func basis(_ sample: SubspaceSample) throws -> Tensor {
        let middle = sample.mean(of: Array(0..<sample.stream.rows))
        let centred = Tensor(zeros: sample.stream.shape)
        for row in 0..<centred.rows {
            let (from, to) = (sample.stream.row(row), centred.row(row))
            for column in middle.indices { to[column] = from[column] - Float(middle[column]) }
        }
        let gram = Tensor(zeros: [centred.columns, centred.columns])
        BLAS.multiply(Matrix(centred, transposed: true), Matrix(centred), into: gram)
        return try PrincipalDirections.rows(ofGram: gram, count: sample.dimensions)
    }
}
