/// What a decoder computes: its sizes, and which of the known parts it is made of.
///
/// Every family of models is one of these, read from the `config.json` that the family writes. With x the residual
/// stream before a layer:
///
///     middle = x + attention(norm(x)) ;  y = middle + mlp(norm(middle))        one after the other
///     y = x + attention(norm(x)) + mlp(norm(x))                                `isParallel`
public struct DecoderShape: Sendable, Equatable {
    /// What comes before attention, before the MLP and before the head.
    public enum Norm: Sendable, Equatable {
        /// With a gain and a bias (Ba, Kiros & Hinton 2016).
        case layer
        /// With a gain (Zhang & Sennrich 2019).
        case rootMeanSquare
    }

    /// Which linear maps of a layer have biases.
    public struct Biases: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Queries, keys and values.
        public static let projections = Biases(rawValue: 1)
        /// The projection of what the heads have gathered.
        public static let attentionOutput = Biases(rawValue: 2)
        public static let mlp = Biases(rawValue: 4)

        public static let attention: Biases = [.projections, .attentionOutput]
    }

    /// V, rows of the token embedding.
    public var vocabularySize: Int
    /// The longest sequence.
    public var contextLength: Int
    /// D, of the residual stream.
    public var width: Int
    public var layers: Int
    /// H, query heads of a layer.
    public var heads: Int
    /// G, which divides H: each head of keys and values serves H / G query heads.
    public var keyValueHeads: Int
    /// W, of one head.
    public var headWidth: Int
    /// Inside the MLP.
    public var innerWidth: Int
    public var norm: Norm
    /// Of the norms.
    public var epsilon: Float
    /// nil: positions are learned, and added to the embedding.
    public var rotary: RotaryPositions?
    /// Rows of the table of learned positions that come before the first position's.
    public var positionOffset = 0
    /// Whether queries and keys are normalised, head by head, before they are turned.
    public var normalizesHeads = false
    public var activation: Activation
    /// down(activation(gate(x)) * up(x)) in place of down(activation(up(x))).
    public var isGated: Bool
    public var biases: Biases
    /// Whether the MLP reads what attention reads.
    public var isParallel = false
    /// Whether the head is the token embedding.
    public var isTied: Bool

    /// The sizes are 0: what is missing is derived, as families do. `keyValueHeads` is H, and `headWidth` is D / H.
    public init(
        vocabularySize: Int = 0, contextLength: Int = 0, width: Int = 0, layers: Int = 0, heads: Int = 0,
        keyValueHeads: Int = 0, headWidth: Int = 0, innerWidth: Int = 0, norm: Norm, epsilon: Float,
        rotary: RotaryPositions?, activation: Activation, isGated: Bool, biases: Biases = [], isTied: Bool = false
    ) {
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.width = width
        self.layers = layers
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headWidth = headWidth
        self.innerWidth = innerWidth
        self.norm = norm
        self.epsilon = epsilon
        self.rotary = rotary
        self.activation = activation
        self.isGated = isGated
        self.biases = biases
        self.isTied = isTied
    }

    /// The sizes that are 0 and follow from others.
    mutating func deriveSizes() {
        if keyValueHeads == 0 { keyValueHeads = heads }
        if headWidth == 0 { headWidth = width / max(heads, 1) }
    }

    /// This shape with the sizes of a model; what is 0 follows from others.
    func sized(
        vocabularySize: Int, contextLength: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int = 0,
        innerWidth: Int, isTied: Bool
    ) -> DecoderShape {
        var shape = self
        (shape.vocabularySize, shape.contextLength, shape.width) = (vocabularySize, contextLength, width)
        (shape.layers, shape.heads, shape.keyValueHeads) = (layers, heads, keyValueHeads)
        (shape.innerWidth, shape.isTied) = (innerWidth, isTied)
        return shape
    }
}
