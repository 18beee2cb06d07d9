/// The six comparisons that the language can select by.
public enum Comparison: String, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// - Throws: `ValueError` when the kinds have no order between them.
    public func holds(_ left: Atom, _ right: Atom) throws -> Bool {
        switch self {
        case .equal: return left == right
        case .notEqual: return left != right
        default: break
        }
        let order: Int?
        do { order = try Atom.order(left, right) } catch let error as ValueError {
            throw ValueError(
                error.reason, code: error.code,
                transcript: .host(
                    "'\(rawValue)' not supported between instances of '\(left.hostKind)' and '\(right.hostKind)'"))
        }
        guard let order else { return false }
        switch self {
        case .less: return order < 0
        case .lessOrEqual: return order <= 0
        case .greater: return order > 0
        default: return order >= 0
        }
    }
}
