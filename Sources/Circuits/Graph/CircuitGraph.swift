/// A circuit, or what a method thinks of every edge: each edge of a model with whether it belongs to the circuit and,
/// where one was given, a score; the same for nodes.
public struct CircuitGraph: Sendable, Equatable {
    /// What is known of a node or an edge.
    public struct Mark: Sendable, Equatable {
        public var isInGraph: Bool
        /// nil where nothing gave a score.
        public var score: Double?

        public init(isInGraph: Bool = false, score: Double? = nil) { (self.isInGraph, self.score) = (isInGraph, score) }
    }

    public let shape: CircuitShape
    /// The model's edges in the shape's order.
    public let edges: [CircuitEdge]
    /// The model's nodes in the shape's order, the logits last.
    public let nodes: [CircuitNode]
    private var edgeMarks: [CircuitEdge: Mark]
    private var nodeMarks: [CircuitNode: Mark]

    /// A graph in which nothing is marked.
    public init(_ shape: CircuitShape) {
        self.shape = shape
        edges = shape.edges
        nodes = shape.nodes
        edgeMarks = Dictionary(uniqueKeysWithValues: edges.map { ($0, Mark()) })
        nodeMarks = Dictionary(uniqueKeysWithValues: nodes.map { ($0, Mark()) })
    }

    /// A circuit: these edges, and the nodes at their ends.
    ///
    /// - Precondition: The shape has all of them.
    public init(_ shape: CircuitShape, circuit: some Sequence<CircuitEdge>) {
        self.init(shape)
        for edge in circuit {
            self[edge].isInGraph = true
            self[edge.writer].isInGraph = true
            self[edge.reader.node].isInGraph = true
        }
    }

    /// - Precondition: The shape has the edge.
    public subscript(edge: CircuitEdge) -> Mark {
        get {
            guard let mark = edgeMarks[edge] else { preconditionFailure("the model has no edge \(edge)") }
            return mark
        }
        set {
            precondition(edgeMarks[edge] != nil, "the model has no edge \(edge)")
            edgeMarks[edge] = newValue
        }
    }

    /// - Precondition: The shape has the node.
    public subscript(node: CircuitNode) -> Mark {
        get {
            guard let mark = nodeMarks[node] else { preconditionFailure("the model has no node \(node)") }
            return mark
        }
        set {
            precondition(nodeMarks[node] != nil, "the model has no node \(node)")
            nodeMarks[node] = newValue
        }
    }

    public var circuit: [CircuitEdge] { edges.filter { self[$0].isInGraph } }
    /// Heads, MLPs and the input, as far as they are marked.
    public var circuitNodes: [CircuitNode] { nodes.filter { self[$0].isInGraph } }
}
