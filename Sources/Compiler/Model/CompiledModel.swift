import Basics
import RASP

/// A program as the weights of a transformer whose residual stream is labelled.
///
/// A decoder without normalisation: token plus position embedding, then layers of attention and a ReLU MLP, each added
/// to the residual stream. BOS stands before the tokens and is where heads look that select nothing; all results leave
/// its row out. The output is read off the directions of one variable.
public struct CompiledModel: Sendable {
    public let name: String
    public let vocabulary: [Atom]
    /// In tokens, BOS not counted.
    public let maxLength: Int
    public let causal: Bool
    public let basis: [BasisDirection]
    /// Tokens and indices where something reads them, named variables in the program's order, scratch.
    public let variables: [CompiledVariable]
    /// The name of the output variable.
    public let output: String

    /// `[vocabulary + 1, width]`, BOS last.
    package let tokenEmbedding: SparseMap
    /// `[maxLength + 1, width]`, position 0 is BOS.
    package let positionEmbedding: SparseMap
    /// The layers as they are executed.
    package let layers: [CompiledLayer]
    /// The layers as they are saved: those of a loop whose rounds share them once.
    package let storedLayers: [CompiledLayer]
    /// Which of the stored layers are executed several times, in order.
    public let repeatedLayers: [RepeatedLayers]
    /// How much of its margins rounding can take; nil for a model that was loaded from a folder.
    public let noise: NoiseBound?
    private let tokenNumbers: [Atom: Int]
    private let variableNumbers: [ExactString: Int]

    package init(
        name: String, vocabulary: [Atom], maxLength: Int, causal: Bool, basis: [BasisDirection],
        variables: [CompiledVariable], output: String, tokenEmbedding: SparseMap, positionEmbedding: SparseMap,
        layers: [CompiledLayer], repeated: [RepeatedLayers] = [], noise: NoiseBound? = nil
    ) {
        self.name = name
        self.vocabulary = vocabulary
        self.maxLength = maxLength
        self.causal = causal
        self.basis = basis
        self.variables = variables
        self.output = output
        self.tokenEmbedding = tokenEmbedding
        self.positionEmbedding = positionEmbedding
        self.layers = repeated.executed(layers)
        storedLayers = layers
        repeatedLayers = repeated
        self.noise = noise
        tokenNumbers = Dictionary(vocabulary.enumerated().map { ($1, $0) }) { first, _ in first }
        variableNumbers = Dictionary(variables.enumerated().map { (ExactString($1.name), $0) }) { first, _ in first }
    }

    public var width: Int { basis.count }
    /// How many layers are executed.
    public var layerCount: Int { layers.count }
    /// How many layers are saved.
    public var storedLayerCount: Int { storedLayers.count }
    public var headsPerLayer: [Int] { layers.map(\.heads.count) }
    /// The largest key or value size of any head.
    public var headSize: Int { layers.flatMap(\.heads).map { max($0.keySize, $0.valueSize) }.max() ?? 0 }
    /// The most hidden units of any layer.
    public var hiddenSize: Int { layers.map(\.hiddenCount).max() ?? 0 }
    /// Numbers in the dense weights as they are saved.
    public var parameterCount: Int {
        let embeddings = (vocabulary.count + 1 + maxLength + 1) * width
        return storedLayers.reduce(embeddings) { $0 + $1.denseCount(width: width) }
    }
    /// Numbers in the saved weights that are not zero.
    public var nonzeroCount: Int {
        storedLayers.reduce(tokenEmbedding.nonzeroCount + positionEmbedding.nonzeroCount) { $0 + $1.nonzeroCount }
    }
    /// "variable:value" for every direction.
    public var labels: [String] { basis.map(\.label) }

    public func variable(named name: String) -> CompiledVariable? {
        variableNumbers[ExactString(name)].map { variables[$0] }
    }
    public var outputVariable: CompiledVariable {
        guard let variable = variable(named: output) else { preconditionFailure("no variable is called '\(output)'") }
        return variable
    }
    public func tokenNumber(of token: Atom) -> Int? { tokenNumbers[token] }

    /// The rows of the token embedding for an input.
    ///
    /// - Throws: `Failure` for an empty or too long input, or a token outside the vocabulary.
    public func encode(_ tokens: [Atom]) throws -> [Int] {
        guard !tokens.isEmpty else {
            throw Failure(.badData, "the input is empty", at: name, remedy: "give at least one token")
        }
        guard tokens.count <= maxLength else {
            throw Failure(
                .badData, "the input has \(tokens.count) tokens, and '\(name)' is compiled for at most \(maxLength)",
                at: name,
                remedy: "shorten the input, or compile with --max-length \(tokens.count)")
        }
        return try tokens.enumerated().map { position, token in
            guard let number = tokenNumbers[token] else {
                let known = vocabulary.prefix(40).map(\.described).joined(separator: " ")
                throw Failure(
                    .badData, "token \(token.described) at position \(position) is not in the vocabulary of '\(name)'",
                    at: name,
                    remedy: "the vocabulary is: \(known)\(vocabulary.count > 40 ? " ..." : "")")
            }
            return number
        }
    }
}

extension CompiledLayer {
    /// Elements of the layer's dense tensors; heads of a layer are padded to the largest.
    func denseCount(width: Int) -> Int {
        let keySize = heads.map(\.keySize).max() ?? 0
        let valueSize = heads.map(\.valueSize).max() ?? 0
        let attention = heads.count * (2 * keySize * (width + 1) + valueSize * (width + 1) + valueSize * width)
        return attention + hiddenCount * (width + 1 + width)
    }
}
