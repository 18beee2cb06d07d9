import TensorCore

extension DecoderConfiguration {
    private var names: DecoderNames { Family.names }

    public var tensorsBeforeLayers: [ModelTensor] {
        // A file that holds a tied embedding and head once may name either.
        let embedding = tensor(
            names.embedding, "weight", [vocabularySize, width], also: shape.isTied ? [headName] : [])
        guard shape.rotary == nil else { return [embedding] }
        return [embedding, tensor(names.positions, "weight", [contextLength + shape.positionOffset, width])]
    }

    public func tensors(ofLayer layer: Int) -> [ModelTensor] {
        let (queryWidth, inner) = (heads * headWidth, innerWidth)
        var tensors = norm(names.attentionNorm, layer: layer)
        let hasBias = shape.biases.contains(.projections)
        switch names.projections {
        case .separate(let query, let key, let value):
            for (name, output) in [(query, queryWidth), (key, keyWidth), (value, keyWidth)] {
                tensors += map(name, from: width, to: output, hasBias: hasBias, layer: layer)
            }
        case .fused(let name, _):
            tensors += map(
                name, from: width, to: queryWidth + 2 * keyWidth, hasBias: hasBias, layer: layer,
                // Queries, keys and values are three maps, side by side where the input comes first.
                hiddenMaps: names.isInputFirst ? 3 : 1)
        }
        if shape.normalizesHeads {
            for name in [names.queryNorm, names.keyNorm] {
                tensors.append(tensor(in: layer, name, "weight", [headWidth]))
            }
        }
        tensors += map(
            names.attentionOutput, from: queryWidth, to: width, hasBias: shape.biases.contains(.attentionOutput),
            layer: layer)
        tensors += norm(names.innerNorm, layer: layer)
        for name in shape.isGated ? [names.gate, names.up] : [names.up] {
            tensors += map(name, from: width, to: inner, hasBias: shape.biases.contains(.mlp), layer: layer)
        }
        return tensors
            + map(names.down, from: inner, to: width, hasBias: shape.biases.contains(.mlp), layer: layer)
    }

    public var tensorsAfterLayers: [ModelTensor] {
        let norm = norm(names.finalNorm, layer: nil)
        guard !shape.isTied else { return norm }
        return norm + [ModelTensor(name: headName, shape: [vocabularySize, width], spellings: headSpellings)]
    }

    public var tiedHead: String? { shape.isTied ? names.embedding + ".weight" : nil }
    public var headName: String { names.head }

    /// `transformers` itself has come to call the head alike in all families.
    private var headSpellings: [String] {
        headName == ModelTensor.headName ? [headName] : [headName, ModelTensor.headName]
    }

    private func norm(_ name: String, layer: Int?) -> [ModelTensor] {
        let parts = shape.norm == .layer ? ["weight", "bias"] : ["weight"]
        return parts.map { tensor(in: layer, name, $0, [width]) }
    }

    private func map(
        _ name: String, from input: Int, to output: Int, hasBias: Bool, layer: Int, hiddenMaps: Int? = nil
    ) -> [ModelTensor] {
        let shape: Shape = names.isInputFirst ? [input, output] : [output, input]
        let weight = tensor(in: layer, name, "weight", shape, hiddenMaps: hiddenMaps)
        return hasBias ? [weight, tensor(in: layer, name, "bias", [output])] : [weight]
    }

    private func tensor(
        in layer: Int?, _ name: String, _ part: String, _ shape: Shape, hiddenMaps: Int? = nil
    ) -> ModelTensor {
        tensor(
            layer.map { "\(names.layers).\($0).\(name)" } ?? name, part, shape, layer: layer, hiddenMaps: hiddenMaps)
    }

    /// Saved from the model with a head, names have a prefix; from the bare model, they have none.
    private func tensor(
        _ name: String, _ part: String, _ shape: Shape, layer: Int? = nil, hiddenMaps: Int? = nil, also: [String] = []
    ) -> ModelTensor {
        let name = "\(name).\(part)"
        return ModelTensor(
            name: name, shape: shape, layer: layer, hiddenMaps: hiddenMaps,
            spellings: [names.prefix + name, name] + also)
    }
}
