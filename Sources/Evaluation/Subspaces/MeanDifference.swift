import TensorCore

/// Differences between the means of values: the directions in which the means of tokens with one value each lie
/// furthest from the mean of all, values counting as often as they occur.
struct MeanDifference: SubspaceMethod {
    static let name = "mean-difference"

    init(steps: Int?, seed: Int) {}

    func basis(_ sample: SubspaceSample) throws -> Tensor {
        let classes = sample.classes
        let middle = sample.mean(of: classes.flatMap(\.self))
        let rows = Tensor(zeros: [max(classes.count, 1), sample.stream.columns])
        let total = Double(max(classes.reduce(0) { $0 + $1.count }, 1))
        for (number, members) in classes.enumerated() {
            let weight = (Double(members.count) / total).squareRoot()
            for (column, value) in sample.mean(of: members).enumerated() {
                rows[number, column] = Float(weight * (value - middle[column]))
            }
        }
        return try PrincipalDirections.rows(of: rows, count: sample.dimensions)
    }
}
