import Basics

/// MIB's graph JSON: `cfg`, `nodes` and `edges`, as `Graph.to_json` and `Graph.from_json` of hannamw/EAP-IG write and
/// read it. A model whose layers differ in their number of heads is written with the largest, since the format knows
/// one number for all layers; the heads that it does not have are then marked as outside.
extension CircuitGraph {
    public func json() -> JSONValue {
        let heads = shape.headsPerLayer.max() ?? 0
        let padded = CircuitShape(
            headsPerLayer: shape.headsPerLayer.map { _ in heads }, streamWidth: shape.streamWidth,
            hasParallelMLP: shape.hasParallelMLP)
        let hasNodeScores = nodes.contains { self[$0].score != nil }
        let configuration = JSONObject([
            ("n_layers", .integer(shape.layers)), ("n_heads", .integer(heads)),
            ("parallel_attn_mlp", .bool(shape.hasParallelMLP)), ("d_model", .integer(shape.streamWidth)),
        ])
        let nodes = padded.nodes.map { node -> (String, JSONValue) in
            let mark = shape.has(node) ? self[node] : Mark()
            var members = JSONObject([("in_graph", .bool(mark.isInGraph || node == .logits))])
            if hasNodeScores { members["score"] = .number(mark.score ?? 0) }
            return (node.description, .object(members))
        }
        let edges = padded.edges.map { edge -> (String, JSONValue) in
            let mark = shape.has(edge) ? self[edge] : Mark()
            return (
                edge.description,
                .object(JSONObject([("score", .number(mark.score ?? 0)), ("in_graph", .bool(mark.isInGraph))]))
            )
        }
        return .object(
            JSONObject([
                ("cfg", .object(configuration)), ("nodes", .object(JSONObject(nodes))),
                ("edges", .object(JSONObject(edges))),
            ]))
    }

    /// - Parameters:
    ///   - json: The document.
    ///   - place: What errors call the document, usually its path.
    /// - Throws: `.badData` naming the key that is missing or wrong.
    public init(json: JSONValue, at place: String) throws(Failure) {
        func wrong(_ what: String) -> Failure {
            Failure(.badData, what, at: place, remedy: "give a graph as MIB's circuit track writes it")
        }
        guard let configuration = json["cfg"]?.object else { throw wrong("the graph has no object 'cfg'") }
        func number(_ key: String, _ range: ClosedRange<Int>) throws(Failure) -> Int {
            guard let value = configuration[key]?.integer, range.contains(value) else {
                throw wrong("'cfg.\(key)' is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        // Larger than any model there is, and small enough that every edge can be listed.
        let (layers, heads) = (try number("n_layers", 1...512), try number("n_heads", 1...512))
        guard (layers * heads).multipliedReportingOverflow(by: layers * heads).partialValue <= 40_000_000 else {
            throw wrong("a model of \(layers) layers and \(heads) heads has too many edges to be listed")
        }
        self.init(
            CircuitShape(
                headsPerLayer: Array(repeating: heads, count: layers),
                streamWidth: try number("d_model", 1...1_000_000),
                hasParallelMLP: configuration["parallel_attn_mlp"]?.bool ?? false))
        guard let nodes = json["nodes"]?.object else { throw wrong("the graph has no object 'nodes'") }
        for (name, value) in nodes.members {
            guard let node = CircuitNode(name), shape.has(node) else { throw wrong("the model has no node '\(name)'") }
            self[node] = try Mark(value, name, wrong)
        }
        guard let edges = json["edges"]?.object else { throw wrong("the graph has no object 'edges'") }
        for (name, value) in edges.members {
            guard let edge = CircuitEdge(name), shape.has(edge) else { throw wrong("the model has no edge '\(name)'") }
            self[edge] = try Mark(value, name, wrong)
        }
    }
}

extension CircuitGraph.Mark {
    fileprivate init(_ json: JSONValue, _ name: String, _ wrong: (String) -> Failure) throws(Failure) {
        guard let isInGraph = json["in_graph"]?.bool else {
            throw wrong("'\(name)' does not say whether it is in_graph")
        }
        let score = json["score"]
        guard score == nil || score?.number?.isFinite == true else {
            throw wrong("the score of '\(name)' is no number")
        }
        self.init(isInGraph: isInGraph, score: score?.number)
    }
}
