/// Extents of a tensor, outermost first. A scalar has no dimension and one element.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public let dimensions: [Int]

    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "negative extent in \(dimensions)")
        self.dimensions = dimensions
    }

    public init(arrayLiteral dimensions: Int...) { self.init(dimensions) }

    public static let scalar = Shape([])

    /// Number of elements.
    public var count: Int { dimensions.reduce(1, *) }

    /// The tensor seen as a matrix: its last dimension is a row.
    public var columns: Int { dimensions.last ?? 1 }
    public var rows: Int { dimensions.dropLast().reduce(1, *) }

    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
