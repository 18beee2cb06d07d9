import Circuits

/// Which shares of the residual stream differ between inputs, and which of them can reach the output: both read off the
/// weights, direction by direction.
///
/// Inputs are exchanged for others of the same length. What is computed from positions, from the length and from BOS
/// alone is then the same in both, whatever the tokens are, so that exchanging it changes nothing. That is proved here
/// and not tried: a part that reads no direction to which something varying was written before does not vary.
///
/// A direction that was cleared and given to another variable still counts as read by whoever reads it later: the sum
/// holds the earlier variable and, with the opposite sign, what clears it. Exchanged together they cancel; exchanged by
/// itself either of them shows.
struct CircuitFlow {
    /// For each node that writes, the directions on which its share of the stream may differ between inputs of one
    /// length.
    private(set) var varying: [CircuitNode: Set<Int>] = [:]
    /// For each reader, the directions that it reads for something that can reach the output.
    private(set) var live: [CircuitReader: Set<Int>] = [:]

    init(_ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]) {
        spread(model, parts)
        trace(model, parts)
    }

    /// Forwards from the tokens.
    private mutating func spread(_ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]) {
        let embedded = model.directionsThatDependOnTokens
        varying[.input] = embedded
        var stream = embedded
        for sublayer in model.sublayers {
            // Heads of one layer do not read each other.
            for node in sublayer {
                guard let component = parts[node] else { continue }
                let attends = (component.queries + component.keys).contains(where: stream.contains)
                let writes = component.parts.filter { attends || $0.reads.contains(where: stream.contains) }
                varying[node] = Set(writes.flatMap(\.writes))
            }
            for node in sublayer { stream.formUnion(varying[node] ?? []) }
        }
    }

    /// Backwards from the output.
    private mutating func trace(_ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]) {
        var wanted = Set(model.outputVariable.directions)
        live[.logits] = wanted
        for sublayer in model.sublayers.reversed() {
            for node in sublayer {
                guard let component = parts[node] else { continue }
                let used = component.parts.filter { $0.writes.contains(where: wanted.contains) }
                for reader in node.readers {
                    live[reader] = used.isEmpty ? [] : Set(component.reads(reader, of: used))
                }
            }
            for reader in sublayer.flatMap(\.readers) { wanted.formUnion(live[reader] ?? []) }
        }
    }
}

extension CompiledModel {
    /// The components in the order in which they run: the heads of a layer together, then its MLP.
    var sublayers: [[CircuitNode]] {
        let shape = circuitShape
        return (0..<shape.layers).flatMap { [shape.heads(layer: $0), [.mlp(layer: $0)]] }
    }

    /// The components of the compiled weights and the edges that may run between them.
    public var circuitShape: CircuitShape { CircuitShape(headsPerLayer: headsPerLayer, streamWidth: width) }

    /// Directions on which the embeddings of two tokens differ. BOS is a token too, but stands in every input.
    fileprivate var directionsThatDependOnTokens: Set<Int> {
        var weights: [Int: [Float]] = [:]
        for entry in tokenEmbedding.entries where entry.column < vocabulary.count {
            weights[entry.row, default: []].append(entry.weight)
        }
        return Set(weights.filter { $1.count < vocabulary.count || Set($1).count > 1 }.keys)
    }
}
