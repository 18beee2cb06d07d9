/// Why a factorisation has no result.
public enum LinearAlgebraError: Error, CustomStringConvertible {
    /// The matrix holds NaN or infinity.
    case notFinite
    case lapack(routine: String, info: Int)

    public var description: String {
        switch self {
        case .notFinite: "the matrix holds NaN or infinite values"
        case .lapack(let routine, let info): "LAPACK's \(routine) failed with info = \(info)"
        }
    }
}
