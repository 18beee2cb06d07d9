import Basics
import Foundation
import Passes
import RASP

/// How a compiled model lies in a GPT-2: which coordinate of the residual stream is what, and how strong the constants
/// are that keep layer normalisation near the identity.
///
/// Layer normalisation maps x to `g (x - mean) / sqrt(variance + eps)`. Two sets of coordinates are added to the
/// labelled ones. *Balance* holds minus the sum of all others, spread evenly, so that the mean is 0. *Ballast* holds
/// constants +K and -K, so that the variance is `(B + S) / d` with B their squares and S those of everything else, S
/// much smaller than B. With the gain `sqrt(B / d + eps)` the normalised stream is x (1 - S / 2B + ...): every
/// coordinate alike.
struct GPT2Geometry {
    /// Pairs of +K and -K, and coordinates of balance. More of them means less rounding of each sum.
    private static let spread = 16

    let model: CompiledModel
    /// One token for every value of the output: its number in the exported vocabulary.
    let outputTokens: [(value: Int, token: Int)]
    let tokenTexts: [String]
    let heads: Int
    let headSize: Int
    let hidden: Int
    /// Whether hidden units of the first layer write the copy of the output. The embedding itself cannot: as the tied
    /// unembedding it would read there what it writes.
    let outputIsEmbedded: Bool
    /// Whether the embedding of tokens writes to directions that are later the output's, as it does where a loop's state is
    /// the output, or where the output takes the directions of what is no longer needed. Units of the first layer then copy
    /// what lies there, for the same reason: what the embedding has written and what heads of that layer have added.
    let outputBeginsEmbedded: Bool
    /// The signs of the first layer's units that copy a direction of the output; none where none has to. What lay there before
    /// the output may be a negative number.
    let copiedSigns: [Float]
    /// K
    let ballast: Float
    /// The largest S / 2B: how much the stream may shrink on its way through a normalisation.
    let normalizationError: Double

    var bosToken: Int { model.vocabulary.count }
    var undefinedToken: Int { tokenTexts.count - 1 }
    var width: Int { heads * headSize }

    /// Coordinates: the basis, a copy of the output for the unembedding, undefined's, ballast, balance, then zeros.
    private var copyStart: Int { model.width }
    var undefinedCoordinate: Int { copyStart + outputTokens.count }
    private var ballastStart: Int { undefinedCoordinate + 1 }
    private var balanceStart: Int { ballastStart + 2 * Self.spread }
    private static func used(_ model: CompiledModel, _ outputs: Int) -> Int { model.width + outputs + 1 + 3 * spread }

    init(_ model: CompiledModel, outputs: [Atom]) {
        self.model = model
        var texts = model.vocabulary.map(\.description) + ["<bos>"]
        var tokens: [(value: Int, token: Int)] = []
        for (number, value) in outputs.enumerated() {
            if let known = model.tokenNumber(of: value) {
                tokens.append((number, known))
            } else {
                tokens.append((number, texts.count))
                texts.append(value.description)
            }
        }
        tokenTexts = Self.unique(texts + ["<undefined>"])
        outputTokens = tokens
        heads = max(model.headsPerLayer.max() ?? 1, 1)
        let needed = (Self.used(model, outputs.count) + heads - 1) / heads
        headSize = (max(needed, model.headSize) + 7) / 8 * 8
        outputIsEmbedded = model.outputVariable.writtenByLayer == 0
        let written = Set(model.tokenEmbedding.entries.map(\.row))
        outputBeginsEmbedded =
            !outputIsEmbedded && model.outputVariable.directions.contains(where: written.contains)
        copiedSigns = outputIsEmbedded ? [1] : outputBeginsEmbedded ? [1, -1] : []
        let copies = copiedSigns.count * outputs.count
        hidden = max(model.hiddenSize, (model.layers.first?.hiddenCount ?? 0) + copies, 1)
        // Every variable at its largest at once, BOS's direction and the output's copy included.
        let levels: [Double] = model.variables.map { variable in
            guard case .numerical(_, let reachable) = variable.encoding else { return 1 }
            return max(reachable.map(abs).max() ?? 1, 1)
        }
        let total = levels.reduce(2, +)
        let squares = levels.reduce(3) { $0 + $1 * $1 } + total * total / Double(Self.spread)
        let pairs = Double(2 * Self.spread)
        let strength = ThresholdStep.powerOfTwo(atLeast: max(64, (8192 * squares / pairs).squareRoot()))
        ballast = Float(strength)
        normalizationError = squares / (2 * pairs * strength * strength)
    }

    /// `sqrt(B / d + eps)`
    var gain: Float {
        let squares = Double(2 * Self.spread) * Double(ballast) * Double(ballast)
        return Float((squares / Double(width) + GPT2Export.epsilon).squareRoot())
    }

    /// What a write to directions of the basis becomes: the output is written to its copy as well, and balance takes
    /// back the sum.
    ///
    /// - Parameter isCopiedLater: for what the embedding and the first layer's heads write, which that layer's units may
    ///   copy instead.
    func expanded(_ row: [Float], isCopiedLater: Bool = false) -> [Float] {
        var result = [Float](repeating: 0, count: width)
        result.replaceSubrange(0..<model.width, with: row)
        if !outputIsEmbedded, !(isCopiedLater && outputBeginsEmbedded) {
            for (index, direction) in model.outputVariable.directions.enumerated() {
                result[copyStart + index] = row[direction]
            }
        }
        balance(&result)
        return result
    }

    func balance(_ row: inout [Float]) {
        let others = row.indices.reduce(0.0) {
            (balanceStart..<(balanceStart + Self.spread)).contains($1) ? $0 : $0 + Double(row[$1])
        }
        for index in 0..<Self.spread { row[balanceStart + index] = Float(-others / Double(Self.spread)) }
    }

    func copy(of output: Int) -> Int { copyStart + output }

    /// The constants at every position.
    func constants() -> [Float] {
        var row = [Float](repeating: 0, count: width)
        for index in 0..<Self.spread {
            row[ballastStart + 2 * index] = ballast
            row[ballastStart + 2 * index + 1] = -ballast
        }
        row[undefinedCoordinate] = GPT2Export.undefinedLevel
        return row
    }

    var labels: [String] {
        var labels = model.labels + outputTokens.map { "output:\(tokenTexts[$0.token])" } + ["output:undefined"]
        for _ in 0..<Self.spread { labels += ["+ballast", "-ballast"] }
        labels += [String](repeating: "balance", count: Self.spread)
        return labels + [String](repeating: "zero", count: width - labels.count)
    }

    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<ExactString> = []
        return texts.map { text in
            var name = text
            while !seen.insert(ExactString(name)).inserted { name += "_" }
            return name
        }
    }
}
