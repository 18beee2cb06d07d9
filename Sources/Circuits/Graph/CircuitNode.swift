/// A component of a transformer that writes to the residual stream, or the logits, which only read it.
///
/// The names are those of MIB's circuit track: `input`, `a3.h7` for a head, `m3` for an MLP, `logits`. Layers and heads
/// count from 0.
public enum CircuitNode: Hashable, Sendable {
    /// The embedding.
    case input
    case head(layer: Int, head: Int)
    case mlp(layer: Int)
    /// The last norm and the output head.
    case logits

    /// nil for the input and the logits.
    public var layer: Int? {
        switch self {
        case .input, .logits: nil
        case .head(let layer, _), .mlp(let layer): layer
        }
    }

    /// What the node reads, in MIB's order: a head's queries, keys and values, or one stream.
    public var readers: [CircuitReader] {
        switch self {
        case .input: []
        case .head(let layer, let head):
            CircuitReader.Operand.allCases.map { .head(layer: layer, head: head, $0) }
        case .mlp(let layer): [.mlp(layer: layer)]
        case .logits: [.logits]
        }
    }
}

extension CircuitNode: LosslessStringConvertible {
    public var description: String {
        switch self {
        case .input: "input"
        case .head(let layer, let head): "a\(layer).h\(head)"
        case .mlp(let layer): "m\(layer)"
        case .logits: "logits"
        }
    }

    /// Reads exactly what `description` writes; nil for any other text.
    public init?(_ description: String) {
        let node: CircuitNode?
        if description == "input" {
            node = .input
        } else if description == "logits" {
            node = .logits
        } else if let match = description.wholeMatch(of: /m(\d+)/) {
            node = Int(match.1).map { .mlp(layer: $0) }
        } else if let match = description.wholeMatch(of: /a(\d+)\.h(\d+)/), let layer = Int(match.1),
            let head = Int(match.2)
        {
            node = .head(layer: layer, head: head)
        } else {
            node = nil
        }
        guard let node, node.description == description else { return nil }
        self = node
    }
}
