import TensorCore

/// The directions of all variables' own subspaces as a dictionary of features, in the place of one that a sparse
/// autoencoder would have to learn: those are taken whose values differ most between the variable's values, as a share
/// of how much they vary (the correlation ratio).
///
/// It is what a perfect dictionary would reach with this choice of features.
struct OracleDictionary: SubspaceMethod {
    static let name = "oracle"

    init(steps: Int?, seed: Int) {}

    func basis(_ sample: SubspaceSample) throws -> Tensor {
        let width = sample.stream.columns
        let features = sample.dictionary.flatMap { basis in (0..<basis.rows).map { basis.rows($0..<($0 + 1)) } }
        let classes = sample.classes
        let scores = features.map { feature -> Double in
            let read = Tensor(zeros: [sample.stream.rows, 1])
            BLAS.multiply(Matrix(sample.stream), Matrix(feature, transposed: true), into: read)
            func mean(_ rows: [Int]) -> Double { rows.reduce(0) { $0 + Double(read[$1, 0]) } / Double(rows.count) }
            let all = classes.flatMap(\.self)
            guard !all.isEmpty else { return 0 }
            let middle = mean(all)
            let total = all.reduce(0) { $0 + (Double(read[$1, 0]) - middle) * (Double(read[$1, 0]) - middle) }
            let between = classes.reduce(0) { sum, rows in
                let distance = mean(rows) - middle
                return sum + Double(rows.count) * distance * distance
            }
            return total > 0 ? between / total : 0
        }
        let best = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(sample.dimensions)
        let rows = Tensor(best.flatMap { features[$0].values }, shape: [best.count, width])
        return try RowSpace.orthonormalBasis(of: rows)
    }
}
