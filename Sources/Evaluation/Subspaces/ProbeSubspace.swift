import TensorCore

/// What a linear probe reads: the directions in which its rows are largest.
///
/// The probe is that of `LinearProbe`: a linear discriminant analysis, or a ridge regression for a number.
struct ProbeSubspace: SubspaceMethod {
    static let name = "probe"

    init(steps: Int?, seed: Int) {}

    func basis(_ sample: SubspaceSample) throws -> Tensor {
        let map = try LinearProbe(sample.stream).fitted(to: sample.allValues, layout: sample.layout)
        let rows = map.weight.rows(sample.entry.rows)
        return try PrincipalDirections.rows(of: rows, count: sample.dimensions)
    }
}
