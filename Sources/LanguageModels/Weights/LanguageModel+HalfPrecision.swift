import TensorCore

extension LanguageModel {
    /// A frozen copy that takes half the memory: the matrices of its layers are kept in bf16, and unfolded into the
    /// room of one layer when the forward pass comes to it. Embeddings, the head, gains and biases stay in fp32.
    ///
    /// The price is one pass over the weights for each forward pass, and three decimal digits of their precision. One
    /// forward pass at a time.
    public func halfPrecisionCopy() -> any LanguageModel {
        let store = ParameterStore(gradients: false)
        for tensor in configuration.tensors where tensor.layer ?? 0 == 0 {
            store.add(name: tensor.name, shape: tensor.shape, decay: false)
        }
        store.allocate()
        for tensor in configuration.tensors where tensor.layer == nil {
            store[tensor.name].value.copy(from: parameters[tensor.name].value)
        }
        let targets = configuration.tensors(ofLayer: 0).map { store[$0.name].value }
        let layers = (0..<configuration.layers).map { layer in
            zip(configuration.tensors(ofLayer: layer), targets).map { tensor, target in
                KeptTensor(parameters[tensor.name].value, target: target, isHalved: tensor.isMatrix)
            }
        }
        return configuration.model(
            ModelWeights(store: store) { layer in
                Profile.measure("unfold layer") { for tensor in layers[layer] { tensor.unfold() } }
            })
    }

    /// Bytes that `halfPrecisionCopy` takes.
    public var halfPrecisionBytes: Int {
        configuration.tensors.reduce(0) { bytes, tensor in
            let isHalved = tensor.isMatrix && tensor.layer != nil
            // One layer is there unfolded as well.
            return bytes + tensor.shape.count * (isHalved ? 2 : 4) + (tensor.layer == 0 ? 4 * tensor.shape.count : 0)
        }
    }
}

/// One tensor of a layer as it is kept, and where it goes.
private struct KeptTensor: @unchecked Sendable {
    private enum Values {
        case halves(HalfStorage)
        case singles(Tensor)
    }

    private let values: Values
    private let target: Tensor

    init(_ source: Tensor, target: Tensor, isHalved: Bool) {
        self.target = target
        if isHalved {
            values = .halves(HalfStorage(source))
        } else {
            let copy = Tensor(zeros: source.shape)
            copy.copy(from: source)
            values = .singles(copy)
        }
    }

    func unfold() {
        switch values {
        case .halves(let kept): kept.unfold(into: target)
        case .singles(let kept): target.copy(from: kept)
        }
    }
}
