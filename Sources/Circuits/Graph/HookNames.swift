import Basics

/// The names under which TransformerLens knows the places of a circuit, an index in brackets choosing a head: those of
/// InterpBench's `edges.pkl` (FlyingPumba/InterpBench, `circuits_benchmark/utils/circuit/edges_list.py`), which takes
/// them over from ACDC.
extension CircuitNode {
    /// What the component adds to the residual stream; nil for the logits. The input is the embedding of tokens, as in
    /// MIB: positions are alike in all inputs of one length.
    public var hookName: String? {
        switch self {
        case .input: "hook_embed"
        case .head(let layer, let head): "blocks.\(layer).attn.hook_result[\(head)]"
        case .mlp(let layer): "blocks.\(layer).hook_mlp_out"
        case .logits: nil
        }
    }
}

extension CircuitReader {
    /// Where the stream is read. The logits read what the last of the model's layers leaves.
    public func hookName(layers: Int) -> String {
        switch self {
        case .head(let layer, let head, let operand): "blocks.\(layer).hook_\(operand.rawValue)_input[\(head)]"
        case .mlp(let layer): "blocks.\(layer).hook_mlp_in"
        case .logits: "blocks.\(layers - 1).hook_resid_post"
        }
    }
}

extension CircuitGraph {
    /// The circuit's edges as pairs of hook names, the writer first: what InterpBench pickles as a list of tuples.
    public var hookedEdges: [(writer: String, reader: String)] {
        circuit.compactMap { edge in
            edge.writer.hookName.map { ($0, edge.reader.hookName(layers: shape.layers)) }
        }
    }

    /// The same as lists of two names: what the file `edges.json` of a case holds.
    package var hookedEdgesJSON: JSONValue { .array(hookedEdges.map { .strings([$0.writer, $0.reader]) }) }
}
