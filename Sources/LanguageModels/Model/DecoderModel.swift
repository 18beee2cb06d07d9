import Basics
import TensorCore

/// The model of every family: the parts of a layer, of the operations that its `DecoderShape` asks for.
public final class DecoderModel<Family: DecoderFamily>: LanguageModel {
    public let configuration: DecoderConfiguration<Family>
    public let weights: ModelWeights

    private let tokenTable: Parameter
    /// nil where positions are rotary.
    private let positionTable: Parameter?
    private let frequencies: RotaryFrequencies?
    private let blocks: [DecoderBlock]
    private let finalNorm: NormParameters
    public let head: Parameter

    /// A model with zeros for weights.
    public convenience init(configuration: DecoderConfiguration<Family>) {
        self.init(configuration: configuration, weights: ModelWeights(zeros: configuration))
    }

    /// A trainable model with the family's initial weights.
    public convenience init(configuration: DecoderConfiguration<Family>, seed: UInt64) {
        self.init(configuration: configuration)
        initialize(seed: seed)
    }

    public init(configuration: DecoderConfiguration<Family>, weights: ModelWeights) {
        self.configuration = configuration
        self.weights = weights
        let (store, names, shape) = (weights.store, Family.names, configuration.shape)
        tokenTable = store[names.embedding + ".weight"]
        positionTable = shape.rotary == nil ? store[names.positions + ".weight"] : nil
        frequencies = shape.rotary?.frequencies(headWidth: shape.headWidth)
        blocks = weights.parameters(shape.layers) { DecoderBlock(store, names, shape, layer: $0) }
        finalNorm = NormParameters(
            gain: store[names.finalNorm + ".weight"],
            bias: shape.norm == .layer ? store[names.finalNorm + ".bias"] : nil)
        head = store[configuration.tiedHead ?? configuration.headName]
    }

    /// x = tokens' rows, and those of the positions where these are learned.
    public func embed(_ tape: Tape, _ pass: ForwardPass) -> Variable {
        guard let positionTable else {
            return Profile.measure("embedding") {
                tape.gatherRows(tape.parameter(tokenTable), rows: pass.batch.tokens)
            }
        }
        return tape.embedding(
            pass.batch.tokens, positions: rows(ofPositions: pass.batch), tokenTable: tape.parameter(tokenTable),
            positionTable: tape.parameter(positionTable))
    }

    public func positions(_ tape: Tape, _ batch: PackedBatch) -> Variable? {
        positionTable.map { tape.gatherRows(tape.parameter($0), rows: rows(ofPositions: batch)) }
    }

    private func rows(ofPositions batch: PackedBatch) -> [Int32] {
        let offset = Int32(configuration.shape.positionOffset)
        return offset == 0 ? batch.positions : batch.positions.map { $0 + offset }
    }

    public func normalizeForAttention(_ tape: Tape, _ x: Variable, layer: Int) -> Variable {
        norm(tape, x, blocks[layer].attentionNorm)
    }

    public func attend(_ tape: Tape, _ x: Variable, layer: Int, _ pass: ForwardPass) -> Variable {
        let normalized = normalizeForAttention(tape, x, layer: layer)
        let operands: [Variable]
        switch blocks[layer].projections {
        case .separate:
            operands = HookPoint.Reader.allCases.map {
                operand(tape, normalized, $0, head: nil, layer: layer, pass)
            }
            tape.discard(normalized)
        case .fused(let map, let query, let key, let value):
            let product = map.discarding(tape, normalized)
            defer { tape.discard(product) }
            if frequencies == nil, !configuration.shape.normalizesHeads, query.isTogether {
                return pass.attention(tape, product, heads: configuration.heads, layer: layer)
            }
            operands = zip(HookPoint.Reader.allCases, [query, key, value]).map { reader, places in
                if reader != .value, !configuration.shape.normalizesHeads {
                    return turn(tape, product, places, pass)
                }
                return finish(tape, tape.headColumns(product, places), reader, layer: layer, pass)
            }
        }
        defer { for operand in operands { tape.discard(operand) } }
        return pass.attention(
            tape, queries: operands[0], keys: operands[1], values: operands[2], heads: configuration.heads,
            keyValueHeads: configuration.keyValueHeads, layer: layer)
    }

    public func operand(
        _ tape: Tape, _ normalized: Variable, _ reader: HookPoint.Reader, head: Int?, layer: Int, _ pass: ForwardPass
    ) -> Variable {
        let product: Variable
        switch blocks[layer].projections {
        case .separate(let query, let key, let value):
            let (map, columns) =
                switch reader {
                case .query: (query, head.map { queryColumns($0) })
                case .key: (key, head.map { keyColumns($0) })
                case .value: (value, head.map { keyColumns($0) })
                }
            product = columns.map { map.outputs([$0], tape, normalized) } ?? map(tape, normalized)
        case .fused(let map, let query, let key, let value):
            let places =
                switch reader {
                case .query: query
                case .key: key
                case .value: value
                }
            product = map.outputs(head.map { [places.columns($0)] } ?? places.ranges, tape, normalized)
        }
        return finish(tape, product, reader, layer: layer, pass)
    }

    /// Queries and keys as attention takes them, from their products; values are their products.
    private func finish(
        _ tape: Tape, _ product: Variable, _ reader: HookPoint.Reader, layer: Int, _ pass: ForwardPass
    ) -> Variable {
        guard reader != .value else { return product }
        var x = product
        if let gain = reader == .query ? blocks[layer].queryNorm : blocks[layer].keyNorm {
            x = tape.rmsNorm(product, gain: tape.parameter(gain), epsilon: configuration.shape.epsilon)
            tape.discard(product)
        }
        guard frequencies != nil else { return x }
        let width = configuration.headWidth
        defer { tape.discard(x) }
        return turn(tape, x, HeadColumns(heads: x.value.columns / width, width: width), pass)
    }

    /// Heads turned by their positions; as they are where positions are learned.
    private func turn(_ tape: Tape, _ x: Variable, _ places: HeadColumns, _ pass: ForwardPass) -> Variable {
        guard let frequencies else { return tape.headColumns(x, places) }
        return tape.rotate(x, by: pass.rotaryAngles(frequencies), places)
    }

    public func projectHeads(_ tape: Tape, _ mixed: Variable, layer: Int, addedTo stream: Variable) -> Variable {
        blocks[layer].attentionOutput(tape, mixed, addedTo: stream)
    }

    public func projectHead(_ tape: Tape, _ mixed: Variable, head: Int, layer: Int) -> Variable {
        blocks[layer].attentionOutput.inputs(queryColumns(head), tape, mixed)
    }

    public func transform(_ tape: Tape, _ x: Variable, layer: Int, addedTo stream: Variable?) -> Variable {
        let block = blocks[layer]
        let activation = configuration.shape.activation
        let normalized = norm(tape, x, block.innerNorm)
        let activated: Variable
        if let gate = block.gate {
            let opened = gate(tape, normalized)
            activated = tape.activate(gate: opened, activation, times: block.up.discarding(tape, normalized))
        } else {
            activated = tape.activate(block.up.discarding(tape, normalized), activation)
        }
        return block.down.discarding(tape, activated, addedTo: stream)
    }

    public func normalize(_ tape: Tape, _ x: Variable) -> Variable { norm(tape, x, finalNorm) }

    private func norm(_ tape: Tape, _ x: Variable, _ parameters: NormParameters) -> Variable {
        parameters(tape, x, epsilon: configuration.shape.epsilon)
    }

    /// The family's initial weights: matrices N(0, 0.02), in some families those that write into the residual stream
    /// divided by sqrt(2 L); biases zero and gains one.
    public func initialize(seed: UInt64, deviation: Float = 0.02) {
        let names = Family.names
        let outputs = [names.attentionOutput, names.down].map { ".\($0).weight" }
        let outputDeviation =
            Family.shrinksInitialOutputs
            ? deviation / Float(2 * configuration.layers).squareRoot() : deviation
        for parameter in parameters.parameters {
            // A stream for each parameter: a layer's weights do not depend on how many come before it.
            var random = SeededRandom(seed: seed, stream: parameter.name)
            if outputs.contains(where: { parameter.name.hasSuffix($0) }) {
                random.fillNormal(parameter.value.buffer, deviation: outputDeviation)
            } else if parameter.shape.dimensions.count > 1 {
                random.fillNormal(parameter.value.buffer, deviation: deviation)
            } else {
                parameter.value.fill(parameter.name.hasSuffix("weight") ? 1 : 0)
            }
        }
    }
}
