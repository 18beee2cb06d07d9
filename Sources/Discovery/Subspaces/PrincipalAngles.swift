import Foundation
import TensorCore

/// How two subspaces lie to each other (Bjorck & Golub 1973): the k-th principal angle is the smallest between a direction
/// of one and a direction of the other that are orthogonal to those of the angles before.
public struct PrincipalAngles: Sendable, Equatable {
    /// The angles' cosines, smallest angle first: as many as the smaller subspace has dimensions.
    public let cosines: [Double]

    /// Degrees, ascending.
    public var degrees: [Double] { cosines.map { acos($0) * 180 / .pi } }

    /// The mean squared cosine: 1 where the smaller subspace lies in the larger one, 0 where the two are orthogonal.
    /// nil where one of them has no dimension.
    public var overlap: Double? {
        cosines.isEmpty ? nil : cosines.reduce(0) { $0 + $1 * $1 } / Double(cosines.count)
    }

    /// - Parameters:
    ///   - first: Rows that span a subspace, [any number, D].
    ///   - second: The same.
    /// - Throws: `LinearAlgebraError`.
    public init(_ first: Tensor, _ second: Tensor) throws {
        precondition(first.columns == second.columns, "subspaces of \(first.columns) and \(second.columns) dimensions")
        let (p, q) = (try RowSpace.orthonormalBasis(of: first), try RowSpace.orthonormalBasis(of: second))
        guard p.rows > 0, q.rows > 0 else {
            cosines = []
            return
        }
        let product = Tensor(zeros: [p.rows, q.rows])
        BLAS.multiply(Matrix(p), Matrix(q, transposed: true), into: product)
        // Rounding can lead a little beyond 1.
        cosines = try SingularValues.of(product).map { min(1, $0) }
    }
}
