import Basics

/// What the `config.json` of a family says: the shape of the decoder, and what is kept for the next reader.
public struct DecoderConfiguration<Family: DecoderFamily>: ModelConfiguration, Equatable {
    public static var modelType: String { Family.modelType }
    public static var presets: [(name: String, configuration: any ModelConfiguration)] {
        Family.presets.map { ($0.name, Self($0.shape)) }
    }

    public var shape: DecoderShape
    /// `eos_token_id`: the first, where there is a list.
    public var endOfText: Int?
    public var otherKeys = JSONObject()

    /// - Parameters:
    ///   - shape: Valid (`validate`), but for sizes that follow from others.
    ///   - endOfText: The token that ends a text.
    public init(_ shape: DecoderShape, endOfText: Int? = nil) {
        (self.shape, self.endOfText) = (shape, endOfText)
        self.shape.deriveSizes()
    }

    public var vocabularySize: Int { shape.vocabularySize }
    public var contextLength: Int { shape.contextLength }
    public var width: Int { shape.width }
    public var layers: Int { shape.layers }
    public var headWidth: Int { shape.headWidth }
    public var heads: Int { shape.heads }
    public var keyValueHeads: Int { shape.keyValueHeads }
    public var innerWidth: Int { shape.innerWidth }
    public var hasParallelMLP: Bool { shape.isParallel }
    public var keysOfNewFiles: JSONObject { Family.keysOfNewFiles(shape) }

    public func model(_ weights: ModelWeights) -> any LanguageModel {
        DecoderModel(configuration: self, weights: weights)
    }
    public func model(seed: UInt64) -> any LanguageModel { DecoderModel(configuration: self, seed: seed) }

    /// Checks what the rest relies on.
    /// - Throws: `.badData` naming the key.
    public func validate(at place: String? = nil) throws(Failure) {
        try Self.check(shape, at: place)
        let keys = Family.keys
        func refuse(_ text: String) -> Failure { Failure(.badData, text, at: place) }
        for (key, value, most) in [
            (keys.innerWidth.name, shape.innerWidth, 1 << 24),
            (keys.keyValueHeads ?? keys.heads.name, shape.keyValueHeads, 1 << 12),
            (keys.headWidth ?? keys.heads.name, shape.headWidth, keys.headWidth == nil ? 1 << 24 : 1 << 12),
        ] {
            guard (1...most).contains(value) else {
                throw refuse("\(key) is \(value), and must be from 1 to \(most)")
            }
        }
        guard shape.heads % shape.keyValueHeads == 0 else {
            throw refuse(
                "\(keys.keyValueHeads ?? "") is \(shape.keyValueHeads), which does not divide \(keys.heads.name), "
                    + "\(shape.heads)")
        }
        guard shape.epsilon > 0, shape.epsilon < 1 else {
            throw refuse("\(keys.epsilon ?? "epsilon") is \(shape.epsilon), and must be above 0 and below 1")
        }
        try shape.rotary?.validate(keys, headWidth: shape.headWidth, at: place)
    }

    /// The sizes that every file has.
    static func check(_ shape: DecoderShape, at place: String?) throws(Failure) {
        for (key, path, most) in Family.keys.sizes {
            guard (1...most).contains(shape[keyPath: path]) else {
                throw Failure(
                    .badData, "\(key.name) is \(shape[keyPath: path]), and must be from 1 to \(most)", at: place)
            }
        }
    }
}
