/// A place where a component reads the residual stream: the queries, keys or values of a head, an MLP, or the logits.
public enum CircuitReader: Hashable, Sendable {
    /// What a head makes of the stream that it reads.
    public enum Operand: String, Hashable, Sendable, CaseIterable {
        case query = "q"
        case key = "k"
        case value = "v"
    }

    case head(layer: Int, head: Int, Operand)
    case mlp(layer: Int)
    case logits

    /// The component that reads here.
    public var node: CircuitNode {
        switch self {
        case .head(let layer, let head, _): .head(layer: layer, head: head)
        case .mlp(let layer): .mlp(layer: layer)
        case .logits: .logits
        }
    }
}

extension CircuitReader: LosslessStringConvertible {
    public var description: String {
        if case .head(_, _, let operand) = self { "\(node)<\(operand.rawValue)>" } else { "\(node)" }
    }

    /// Reads exactly what `description` writes; nil for any other text.
    public init?(_ description: String) {
        if let match = description.wholeMatch(of: /(.*)<([qkv])>/) {
            guard case .head(let layer, let head)? = CircuitNode(String(match.1)),
                let operand = Operand(rawValue: String(match.2))
            else { return nil }
            self = .head(layer: layer, head: head, operand)
            return
        }
        switch CircuitNode(description) {
        case .mlp(let layer): self = .mlp(layer: layer)
        case .logits: self = .logits
        default: return nil
        }
    }
}
