import RASP
import Serialization

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

/// Options and pragmas put together and checked.
struct CompilationSetting {
    let vocabulary: [Atom]
    let maxLength: Int
    let causal: Bool
    let keepNamedVariables: Bool
    let fusions: [Fusion]
    let reuseDirections: Bool
    let readError: Double
    let limits: CompilerOptions.Limits

    init(_ program: Program, _ options: CompilerOptions) throws {
        guard let vocabulary = options.vocabulary ?? program.vocabulary, !vocabulary.isEmpty else {
            throw Failure(
                .badData, "'\(program.name)' has no vocabulary: a compiled model reads a fixed set of tokens",
                at: program.name,
                remedy: "add a line like '#pragma vocab a b c' to the program, or give the tokens on the command line")
        }
        guard let maxLength = options.maxLength ?? program.maxLength else {
            throw Failure(
                .badData, "'\(program.name)' has no maximum length: a compiled model has a fixed number of positions",
                at: program.name,
                remedy: "add a line like '#pragma max_length 40' to the program, or give the length on the command line"
            )
        }
        guard maxLength >= 1, maxLength <= options.limits.length else {
            throw Failure(
                .badData, "maximum length \(maxLength) is outside 1...\(options.limits.length)", at: program.name,
                remedy: "choose a length in that range")
        }
        var seen: [Atom: Atom] = [:]
        for token in vocabulary {
            if let earlier = seen.updateValue(token, forKey: token) {
                throw Failure(
                    .badData,
                    "the vocabulary holds \(token.described) twice"
                        + (earlier.described == token.described ? "" : " (\(earlier.described) is equal to it)"),
                    at: program.name, remedy: "list every token once")
            }
        }
        self.vocabulary = vocabulary
        self.maxLength = maxLength
        causal = options.causal ?? program.causal ?? false
        keepNamedVariables = options.keepNamedVariables
        fusions = Fusion.candidates(throughNames: keepNamedVariables ? options.fuseThroughNamedVariables : false)
        reuseDirections = options.reuseDirections
        readError = options.readError
        limits = options.limits
    }
}

/// How far chains of maps are fused into one.
struct Fusion {
    /// Hidden units that a fused map may take although steps would take fewer non-zeros.
    let units: Int
    /// Variables that are kept under a name are fused as well.
    let goesThroughNames: Bool
    /// Every input of a map is decided on by itself, so that the map is there as early as can be. Otherwise all inputs
    /// that are maps of several variables are fused, or none.
    var decidesEachInput = false

    var isEager: Bool { units > 0 }

    /// Whether this is the other with less room.
    func isNarrower(than other: Fusion) -> Bool {
        decidesEachInput && other.decidesEachInput && goesThroughNames == other.goesThroughNames && units <= other.units
    }

    /// From the one with the fewest non-zeros to the one with the fewest layers, first those that fuse all inputs or
    /// none.
    static func candidates(throughNames: Bool?) -> [Fusion] {
        let between = [0, 128, 2048].map { Fusion(units: $0, goesThroughNames: false) }
        let through = [Fusion(units: 512, goesThroughNames: true)]
        func eachInput(throughNames: Bool) -> [Fusion] {
            [256, 128].map { Fusion(units: $0, goesThroughNames: throughNames, decidesEachInput: true) }
        }
        switch throughNames {
        case false: return between + eachInput(throughNames: false)
        case true: return through + eachInput(throughNames: true)
        case nil: return between + through + eachInput(throughNames: false) + eachInput(throughNames: true)
        }
    }
}
