/// What one component adds to the residual stream, as far as one reader sees it: `a1.h1->a4.h0<k>`.
public struct CircuitEdge: Hashable, Sendable {
    public let writer: CircuitNode
    public let reader: CircuitReader

    public init(_ writer: CircuitNode, _ reader: CircuitReader) { (self.writer, self.reader) = (writer, reader) }
}

extension CircuitEdge: LosslessStringConvertible {
    public var description: String { "\(writer)->\(reader)" }

    /// Reads exactly what `description` writes; nil for any other text. Whether a model has such an edge is for
    /// `CircuitShape` to say.
    public init?(_ description: String) {
        guard let match = description.wholeMatch(of: /(.*?)->(.*)/), let writer = CircuitNode(String(match.1)),
            let reader = CircuitReader(String(match.2))
        else { return nil }
        self.init(writer, reader)
    }
}
