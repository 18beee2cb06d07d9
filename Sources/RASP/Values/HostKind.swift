extension Atom {
    /// The kind's name in the reference's host language.
    var hostKind: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "str"
        case .tuple: "tuple"
        }
    }
}
