import RASP

/// What the program text does not say, or what is to differ from it.
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
    /// By how much of itself anything that is read of the stream may be off, beside rounding: 0 for the model as it is,
    /// `GPT2Export.readError` for one that is to be exported. Hidden units then cut off more noise.
    public var readError = 0.0
    public var limits = Limits()

    /// What a program may cost before it is refused.
    public struct Limits: Sendable {
        /// Joint domain up to which chains of maps are fused into one.
        public var fusedDomain = 1 << 16
        /// Joint domain of one map, or entries of one selector table.
        public var domain = 1 << 21
        /// Values of one variable laid out one-hot.
        public var directions = 4096
        /// Reachable values of one mean that are listed.
        public var reachableValues = 1 << 17
        /// Hidden units of one variable's MLP.
        public var hiddenUnits = 1 << 17
        /// Longest input.
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
