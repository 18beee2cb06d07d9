import TensorCore

extension LlamaConfiguration {
    public var tensorsBeforeLayers: [ModelTensor] {
        // A file that holds a tied embedding and head once may name either.
        let alternatives = isTied ? [ModelTensor.headName] : []
        return [
            ModelTensor(
                name: Self.embedding, shape: [vocabularySize, width],
                spellings: Self.spellings(of: Self.embedding) + alternatives)
        ]
    }

    /// Linear maps are [output, input].
    public func tensors(ofLayer layer: Int) -> [ModelTensor] {
        let shapes: [(name: String, shape: Shape)] = [
            ("input_layernorm.weight", [width]), ("self_attn.q_proj.weight", [heads * headWidth, width]),
            ("self_attn.k_proj.weight", [keyWidth, width]), ("self_attn.v_proj.weight", [keyWidth, width]),
            ("self_attn.o_proj.weight", [width, heads * headWidth]), ("post_attention_layernorm.weight", [width]),
            ("mlp.gate_proj.weight", [innerWidth, width]), ("mlp.up_proj.weight", [innerWidth, width]),
            ("mlp.down_proj.weight", [width, innerWidth]),
        ]
        return shapes.map { name, shape in
            let name = "layers.\(layer).\(name)"
            return ModelTensor(name: name, shape: shape, layer: layer, spellings: Self.spellings(of: name))
        }
    }

    public var tensorsAfterLayers: [ModelTensor] {
        let norm = ModelTensor(name: Self.norm, shape: [width], spellings: Self.spellings(of: Self.norm))
        guard !isTied else { return [norm] }
        return [
            norm,
            ModelTensor(name: ModelTensor.headName, shape: [vocabularySize, width], spellings: [ModelTensor.headName]),
        ]
    }

    public var tiedHead: String? { isTied ? Self.embedding : nil }

    public func model(_ weights: ModelWeights) -> any LanguageModel {
        LlamaModel(configuration: self, weights: weights)
    }
    public func model(seed: UInt64) -> any LanguageModel { LlamaModel(configuration: self, seed: seed) }

    static let embedding = "embed_tokens.weight"
    static let norm = "norm.weight"

    /// Saved from the model with a head, names have a prefix; from the bare model, they have none.
    private static func spellings(of name: String) -> [String] { ["model." + name, name] }
}
