import CKernels
import TensorCore

extension GPT2Model {
    /// A frozen copy that takes half the memory: the matrices of its layers are kept in bf16, and unfolded into the room of one
    /// layer when the forward pass comes to it. Embeddings (the head), gains and biases stay in fp32.
    ///
    /// The price is one pass over the weights for each forward pass, and three decimal digits of their precision. One forward pass at a
    /// time.
    public func folded() -> GPT2Model {
        let store = ParameterStore(gradients: false)
        for (name, shape) in Self.shapes(configuration) where Self.layer(of: name) ?? 0 == 0 {
            store.add(name: name, shape: shape, decay: false)
        }
        store.allocate()
        var layers = [FoldedLayer](repeating: FoldedLayer(), count: configuration.layers)
        for source in parameters.parameters {
            guard let layer = Self.layer(of: source.name) else {
                store[source.name].value.copy(from: source.value)
                continue
            }
            let name = "h.0." + source.name.split(separator: ".").dropFirst(2).joined(separator: ".")
            let target = store[name].value
            if source.shape.dimensions.count > 1 {
                layers[layer].matrices.append((HalfStorage(source.value), target))
            } else {
                let copy = Tensor(zeros: source.shape)
                copy.copy(from: source.value)
                layers[layer].vectors.append((copy, target))
            }
        }
        let kept = layers
        return GPT2Model(configuration: configuration, store: store, unfold: { kept[$0].unfold() })
    }

    /// Bytes that `folded` takes.
    public var foldedBytes: Int {
        parameters.parameters.reduce(0) { bytes, parameter in
            let isFolded = parameter.shape.dimensions.count > 1 && Self.layer(of: parameter.name) != nil
            // One layer is there unfolded as well.
            return bytes + parameter.shape.count * (isFolded ? 2 : 4) + (Self.layer(of: parameter.name) == 0 ? 4 * parameter.shape.count : 0)
        }
    }

    /// The layer of a parameter "h.LAYER.…".
    private static func layer(of name: String) -> Int? {
        let parts = name.split(separator: ".")
        return parts.first == "h" && parts.count > 1 ? Int(parts[1]) : nil
    }
}

/// One layer's weights as they are kept, and where they go.
private struct FoldedLayer: @unchecked Sendable {
    var matrices: [(kept: HalfStorage, target: Tensor)] = []
    var vectors: [(kept: Tensor, target: Tensor)] = []

    func unfold() {
        Profile.measure("unfold layer") {
            for (kept, target) in matrices { kept.unfold(into: target) }
            for (kept, target) in vectors { target.copy(from: kept) }
        }
    }
}
