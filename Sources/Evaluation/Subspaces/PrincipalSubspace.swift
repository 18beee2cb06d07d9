import TensorCore

/// Principal components of the stream, which know nothing of the variable: the directions in which tokens differ most.
struct PrincipalSubspace: SubspaceMethod {
    static let name = "pca"

    init(steps: Int?, seed: Int) {}

    func basis(_ sample: SubspaceSample) throws -> Tensor {
        try PrincipalDirections.rows(ofGram: CentredStream(sample.stream).gram, count: sample.dimensions)
    }
}
