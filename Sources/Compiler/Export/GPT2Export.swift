import Basics
import Foundation
import RASP

/// A compiled model as an ordinary Hugging Face GPT-2: pre-norm blocks, layer normalisation, `gelu_new`, tied
/// unembedding.
///
/// * Layer normalisation is near the identity (`GPT2Geometry`).
/// * `gelu(c z) / c` differs from `ReLU(z)` by at most 0.17 / c, and not at all in fp32 where |c z| > 6. All units that
///   matter are saturated, so the only error is at z near 0.
/// * GPT-2 divides attention logits by the square root of the head size; queries are scaled up by it.
/// * The unembedding is the token embedding. A copy of the output's directions, read by nothing else, carries the
///   logits.
///
/// What comes out: the last position's largest logit is the output's token there, and `<undefined>` where it has none.
public struct GPT2Export: Sendable {
    /// c: a power of two, so that scaling is exact.
    static let sharpness: Float = 16384
    static let epsilon = 1e-5
    /// By how much layer normalisation may shrink what is read (`GPT2Geometry`): what to compile with, so that the
    /// shrinking does not add up from layer to layer (`CompilerOptions.readError`).
    public static let readError = 0x1p-14
    /// The weight between the output's copy and its token. A token that is both read and answered leaves this much of
    /// itself in the copy, below the level of undefined, which is below 1.
    static let unembedding: Float = 0.25
    static let undefinedLevel: Float = 0.625
    /// With it a value's logit is 64 at least, undefined's 40, and that of a token just read 16.
    static let logitGain: Float = 256

    public let width: Int
    public let layers: Int
    public let heads: Int
    public let hiddenSize: Int
    /// The text of every token of the exported vocabulary.
    public let tokens: [String]
    public let bosToken: Int
    /// The token for each value of the output, then that of undefined.
    public let outputTokens: [Int]
    public let undefinedToken: Int
    /// The most by which a normalisation shrinks the stream, relatively.
    public let normalizationError: Double
    /// The most by which a hidden unit differs from ReLU.
    public var activationError: Double { 0.17 / Double(Self.sharpness) }

    let geometry: GPT2Geometry

    /// - Throws: `Failure` for a model that GPT-2 cannot be: one that looks ahead, or whose output is a number in one
    ///   direction.
    public init(_ model: CompiledModel) throws {
        guard model.causal else {
            throw Failure(
                .badData, "'\(model.name)' lets positions attend to later ones, and GPT-2 attends backwards only",
                at: model.name,
                remedy:
                    "compile it with --causal if it needs earlier positions only, or without --format: the plain weights can look both ways"
            )
        }
        guard case .categorical(let values, _) = model.outputVariable.encoding else {
            throw Failure(
                .badData,
                "the output '\(model.output)' is a number in one direction, and GPT-2's logits choose among tokens",
                at: model.name,
                remedy: "give it a direction for each value: '#pragma encoding \(model.output) categorical'")
        }
        geometry = GPT2Geometry(model.softened, outputs: values)
        width = geometry.width
        layers = max(model.layerCount, 1)
        heads = geometry.heads
        hiddenSize = geometry.hidden
        tokens = geometry.tokenTexts
        bosToken = geometry.bosToken
        outputTokens = geometry.outputTokens.map(\.token)
        undefinedToken = geometry.undefinedToken
        normalizationError = geometry.normalizationError
    }

    /// The output's value for an exported token; nil for undefined and for tokens that are no value.
    public func value(of token: Int) -> Atom? {
        guard case .categorical(let values, _) = geometry.model.outputVariable.encoding else { return nil }
        return geometry.outputTokens.first { $0.token == token }.map { values[$0.value] }
    }

    /// The exported token that stands for an output.
    public func token(of output: Atom?) -> Int {
        guard let output, case .categorical(let values, _) = geometry.model.outputVariable.encoding else {
            return undefinedToken
        }
        return geometry.outputTokens.first { values[$0.value] == output }?.token ?? undefinedToken
    }

    /// BOS and the tokens of an input.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func encode(_ input: [Atom]) throws -> [Int32] {
        try [Int32(bosToken)] + geometry.model.encode(input).map(Int32.init)
    }

    /// Writes `config.json`, `model.safetensors`, `tokenizer.json`, `tokenizer_config.json` and `labels.json` (what
    /// each coordinate of the residual stream is).
    ///
    /// - Throws: `Failure` when the folder cannot be written.
    public func save(to folder: URL) throws {
        let files = GPT2ExportFiles(geometry)
        try GPT2Weights(geometry).writer().save(
            to: folder,
            beside: [
                ("config.json", files.configuration), ("tokenizer.json", files.tokenizer),
                ("tokenizer_config.json", files.tokenizerConfiguration), ("labels.json", files.labels),
            ])
    }
}
