import TensorCore

extension GPT2Configuration {
    public var tensorsBeforeLayers: [ModelTensor] {
        [
            // A file that holds embedding and head once may name either.
            ModelTensor(
                name: "wte.weight", shape: [vocabularySize, width],
                spellings: Self.spellings(of: "wte.weight") + [ModelTensor.headName]),
            Self.tensor("wpe.weight", [contextLength, width]),
        ]
    }

    /// Linear maps are [input, output].
    public func tensors(ofLayer layer: Int) -> [ModelTensor] {
        let fused = "attn.c_attn.weight"
        let shapes: [(name: String, shape: Shape)] = [
            ("ln_1.weight", [width]), ("ln_1.bias", [width]), (fused, [width, 3 * width]),
            ("attn.c_attn.bias", [3 * width]), ("attn.c_proj.weight", [width, width]), ("attn.c_proj.bias", [width]),
            ("ln_2.weight", [width]), ("ln_2.bias", [width]), ("mlp.c_fc.weight", [width, innerWidth]),
            ("mlp.c_fc.bias", [innerWidth]), ("mlp.c_proj.weight", [innerWidth, width]), ("mlp.c_proj.bias", [width]),
        ]
        // Queries, keys and values are three maps.
        return shapes.map {
            Self.tensor("h.\(layer).\($0.name)", $0.shape, layer: layer, hiddenMaps: $0.name == fused ? 3 : nil)
        }
    }

    public var tensorsAfterLayers: [ModelTensor] {
        [Self.tensor("ln_f.weight", [width]), Self.tensor("ln_f.bias", [width])]
    }

    public var tiedHead: String? { "wte.weight" }

    public func model(_ weights: ModelWeights) -> any LanguageModel { GPT2Model(configuration: self, weights: weights) }
    public func model(seed: UInt64) -> any LanguageModel { GPT2Model(configuration: self, seed: seed) }

    private static func tensor(
        _ name: String, _ shape: Shape, layer: Int? = nil, hiddenMaps: Int? = nil
    ) -> ModelTensor {
        ModelTensor(name: name, shape: shape, layer: layer, hiddenMaps: hiddenMaps, spellings: spellings(of: name))
    }

    /// Saved from the model with a head, names have a prefix; from the bare model, or by OpenAI, they have none.
    private static func spellings(of name: String) -> [String] { ["transformer." + name, name] }
}
