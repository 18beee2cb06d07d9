/// A hook point under the name that TransformerLens gives it: a hook and, for what belongs to a head, the head, which
/// is an index of the activation's third axis there.
///
/// TransformerLens has `hook_result` with `use_attn_result`, the inputs of queries, keys and values with
/// `use_split_qkv_input`, and that of the MLP with `use_hook_mlp_in`. Activations are equal where it has loaded the
/// weights as they are (`from_pretrained_no_processing`): folding norms and centring weights changes what is added to
/// the stream. Where groups of query heads share keys and values, the heads of `<k>` and `<v>` are those of a model
/// loaded with `ungroup_grouped_query_attention`.
public struct TransformerLensHook: Hashable, Sendable {
    public var name: String
    public var head: Int?

    public init(name: String, head: Int? = nil) { (self.name, self.head) = (name, head) }
}

extension HookPoint {
    public var transformerLens: TransformerLensHook {
        switch self {
        case .residual(0): TransformerLensHook(name: "blocks.0.hook_resid_pre")
        case .residual(let state): TransformerLensHook(name: "blocks.\(state - 1).hook_resid_post")
        case .headInput(let layer, let head, let reader):
            TransformerLensHook(name: "blocks.\(layer).hook_\(reader.rawValue)_input", head: head)
        case .headMix(let layer, let head): TransformerLensHook(name: "blocks.\(layer).attn.hook_z", head: head)
        case .head(let layer, let head): TransformerLensHook(name: "blocks.\(layer).attn.hook_result", head: head)
        case .mlpInput(let layer): TransformerLensHook(name: "blocks.\(layer).hook_mlp_in")
        case .mlp(let layer): TransformerLensHook(name: "blocks.\(layer).hook_mlp_out")
        }
    }

    /// The point that TransformerLens calls so; nil for a hook that has no point here, or where the head is missing or
    /// does not belong. The stream between two layers has two names there, of which either is read.
    public init?(_ hook: TransformerLensHook) {
        guard let match = hook.name.wholeMatch(of: /blocks\.(0|[1-9][0-9]*)\.(.+)/), let layer = Int(match.1) else {
            return nil
        }
        let part = String(match.2)
        switch (part, hook.head) {
        case ("hook_resid_pre", nil): self = .residual(layer)
        case ("hook_resid_post", nil) where layer < Int.max: self = .residual(layer + 1)
        case ("hook_mlp_in", nil): self = .mlpInput(layer: layer)
        case ("hook_mlp_out", nil): self = .mlp(layer: layer)
        case ("attn.hook_z", let head?) where head >= 0: self = .headMix(layer: layer, head: head)
        case ("attn.hook_result", let head?) where head >= 0: self = .head(layer: layer, head: head)
        case (_, let head?) where head >= 0:
            let readers = Reader.allCases.filter { part == "hook_\($0.rawValue)_input" }
            guard let reader = readers.first else { return nil }
            self = .headInput(layer: layer, head: head, reader)
        default: return nil
        }
    }
}
