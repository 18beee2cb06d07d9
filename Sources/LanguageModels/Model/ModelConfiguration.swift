import Basics

/// What the `config.json` of one family of models says. The registry chooses the family by `model_type`.
public protocol ModelConfiguration: Sendable {
    /// The family's `model_type`.
    static var modelType: String { get }
    /// Published models whose sizes can be measured without their weights.
    static var presets: [(name: String, configuration: any ModelConfiguration)] { get }

    /// Reads the content of a `config.json`. Every key that changes what is computed is honoured or refused.
    /// - Throws: `.badData` naming the key.
    init(_ json: JSONObject, at place: String) throws(Failure)
    /// The file's content, as `transformers` reads it.
    var json: JSONValue { get }

    /// V, rows of the token embedding.
    var vocabularySize: Int { get }
    /// The longest sequence.
    var contextLength: Int { get }
    /// D, of the residual stream.
    var width: Int { get }
    var layers: Int { get }
    /// The width of one attention head.
    var headWidth: Int { get }
    /// Query heads in a layer.
    var heads: Int { get }
    /// Heads of keys and values in a layer, which divide the query heads.
    var keyValueHeads: Int { get }
    /// Whether the MLP of a layer reads the stream that its heads read, and not what they have made of it.
    var hasParallelMLP: Bool { get }
    /// The token that ends a text.
    var endOfText: Int? { get set }
    /// Keys that mean nothing here, kept as they were for who reads the saved file next.
    var otherKeys: JSONObject { get set }
    /// Keys that the file of a model that was not read from one has besides.
    var keysOfNewFiles: JSONObject { get }

    /// Parameters in the order in which a model holds them: what comes before the layers, each layer, what comes after.
    var tensorsBeforeLayers: [ModelTensor] { get }
    func tensors(ofLayer layer: Int) -> [ModelTensor]
    var tensorsAfterLayers: [ModelTensor] { get }
    /// The parameter that is also the head, where the two are tied; nil where the head has a tensor of its own.
    var tiedHead: String? { get }
    /// What a checkpoint calls the head.
    var headName: String { get }

    /// A model with these weights.
    func model(_ weights: ModelWeights) -> any LanguageModel
    /// A trainable model with the family's initial weights.
    func model(seed: UInt64) -> any LanguageModel
}

extension ModelConfiguration {
    public var keysOfNewFiles: JSONObject { JSONObject() }

    public var tensors: [ModelTensor] {
        tensorsBeforeLayers + (0..<layers).flatMap { tensors(ofLayer: $0) } + tensorsAfterLayers
    }

    /// Trained numbers in all tensors; a tied head counts once.
    public var parameterCount: Int {
        let outer = (tensorsBeforeLayers + tensorsAfterLayers).reduce(0) { $0 + $1.shape.count }
        return outer + layers * tensors(ofLayer: 0).reduce(0) { $0 + $1.shape.count }
    }

    /// Numbers that the keys of one token take in a layer, and so do the values.
    public var keyWidth: Int { keyValueHeads * headWidth }
}
