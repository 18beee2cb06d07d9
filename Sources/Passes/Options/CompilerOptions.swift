import RASP

/// What a compilation needs that the program does not say, or that is to differ from what it says.
public struct CompilerOptions: Sendable {
    /// The tokens the model reads; nil: from the program's `#pragma vocab`.
    public var vocabulary: [Atom]?
    /// The longest input in tokens, BOS not counted; nil: from the program's `#pragma max_length`.
    public var maxLength: Int?
    /// Whether position i may attend to later positions; nil: from the program's `#pragma causal`, else it may.
    public var causal: Bool?
    /// Every named variable gets directions of its own under its name, where it can be decoded and aligned with.
    /// Otherwise only the output does.
    public var keepNamedVariables = true
    /// Whether a variable may be computed from what its named inputs are computed from, in the same layer, instead of
    /// from the inputs themselves, in a later one. nil: where that saves layers and costs no non-zeros.
    public var fuseThroughNamedVariables: Bool?
    /// Variables that nothing reads any more are cleared, and later ones take their directions: a narrower stream,
    /// whose labels say from which layer to which they hold. The output stays to the end.
    public var reuseDirections = false
    /// Each `loop` of the program becomes one block of layers, stored once and executed once for each round. Otherwise each
    /// round gets layers of its own.
    public var tiesLoops = false
    /// The relative error, beside rounding, with which the residual stream may be read: 0 for a model that is executed
    /// as it is, `GPT2Export.readError` for one that is to be exported. The larger it is, the more noise hidden units
    /// cut off.
    public var readError = 0.0
    public var limits = Limits()

    /// What a program may cost before it is refused.
    public struct Limits: Sendable {
        /// The most combinations of values over which a chain of maps is fused into one.
        public var fusedDomain = 1 << 16
        /// The most combinations of values of one map, and the most entries of one selector's table.
        public var domain = 1 << 21
        /// The most values of a variable with a direction for each value.
        public var directions = 4096
        /// The most reachable values of a mean that are listed.
        public var reachableValues = 1 << 17
        /// The most hidden units that compute one variable.
        public var hiddenUnits = 1 << 17
        /// The longest input, in tokens.
        public var length = 4096
        public init() {}
    }

    public init(
        vocabulary: [Atom]? = nil, maxLength: Int? = nil, causal: Bool? = nil, keepNamedVariables: Bool = true,
        fuseThroughNamedVariables: Bool? = nil
    ) {
        self.vocabulary = vocabulary
        self.maxLength = maxLength
        self.causal = causal
        self.keepNamedVariables = keepNamedVariables
        self.fuseThroughNamedVariables = fuseThroughNamedVariables
    }
}
