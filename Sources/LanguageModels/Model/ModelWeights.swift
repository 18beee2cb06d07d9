import TensorCore

/// The parameters that a model is made over: of every layer, or of one, into which the layers are brought in turn.
public struct ModelWeights: Sendable {
    public let store: ParameterStore
    /// Brings a layer's weights into the parameters, where all layers share one layer's (`LanguageModel+HalfPrecision.swift`).
    let unfold: (@Sendable (_ layer: Int) -> Void)?

    /// - Parameter store: Allocated, with the tensors of the configuration.
    /// - Parameter unfold: for a store that has the parameters of layer 0 only.
    init(store: ParameterStore, unfold: (@Sendable (_ layer: Int) -> Void)? = nil) {
        (self.store, self.unfold) = (store, unfold)
    }

    /// The parameters of a model, all of them 0.
    ///
    /// - Parameters:
    ///   - configuration: Says which parameters there are.
    ///   - gradients: Whether they are to be trained.
    ///   - decays: Which parameters weight decay applies to; by default the matrices, embeddings included.
    public init(
        zeros configuration: some ModelConfiguration, gradients: Bool = true,
        decays: (_ name: String, _ shape: Shape) -> Bool = { $1.dimensions.count > 1 }
    ) {
        let store = ParameterStore(gradients: gradients)
        for tensor in configuration.tensors {
            store.add(
                name: tensor.name, shape: tensor.shape, decay: decays(tensor.name, tensor.shape),
                hiddenMaps: tensor.hiddenMaps)
        }
        store.allocate()
        self.init(store: store)
    }

    /// Of all layers, by the name of a tensor and its layer.
    func parameters<Layer>(_ layers: Int, _ make: (_ storedLayer: Int) -> Layer) -> [Layer] {
        (0..<layers).map { make(unfold == nil ? $0 : 0) }
    }
}
