import TensorCore

/// The gain of a norm, and its bias where it has one.
struct NormParameters: Sendable {
    let gain: Parameter
    let bias: Parameter?

    func callAsFunction(_ tape: Tape, _ x: Variable, epsilon: Float) -> Variable {
        guard let bias else { return tape.rmsNorm(x, gain: tape.parameter(gain), epsilon: epsilon) }
        return tape.layerNorm(x, gain: tape.parameter(gain), bias: tape.parameter(bias), epsilon: epsilon)
    }
}

/// The parameters of one layer, looked up once.
struct DecoderBlock: Sendable {
    enum Projections: Sendable {
        case separate(query: LinearMap, key: LinearMap, value: LinearMap)
        /// The columns of queries, keys and values in the product are `HeadColumns` apart.
        case fused(LinearMap, query: HeadColumns, key: HeadColumns, value: HeadColumns)
    }

    let attentionNorm: NormParameters
    let projections: Projections
    let queryNorm: Parameter?
    let keyNorm: Parameter?
    let attentionOutput: LinearMap
    let innerNorm: NormParameters
    /// nil where the MLP has none.
    let gate: LinearMap?
    let up: LinearMap
    let down: LinearMap

    init(_ store: ParameterStore, _ names: DecoderNames, _ shape: DecoderShape, layer: Int) {
        func parameter(_ name: String, _ part: String) -> Parameter {
            store["\(names.layers).\(layer).\(name).\(part)"]
        }
        func norm(_ name: String) -> NormParameters {
            NormParameters(
                gain: parameter(name, "weight"), bias: shape.norm == .layer ? parameter(name, "bias") : nil)
        }
        func map(_ name: String, _ biases: DecoderShape.Biases) -> LinearMap {
            LinearMap(
                weight: parameter(name, "weight"),
                bias: shape.biases.contains(biases) ? parameter(name, "bias") : nil, isInputFirst: names.isInputFirst)
        }
        attentionNorm = norm(names.attentionNorm)
        switch names.projections {
        case .separate(let query, let key, let value):
            projections = .separate(
                query: map(query, .projections), key: map(key, .projections), value: map(value, .projections))
        case .fused(let name, let byHead):
            let (heads, width) = (shape.heads, shape.headWidth)
            func place(_ part: Int) -> HeadColumns {
                byHead
                    ? HeadColumns(heads: heads, width: width, start: part * width, stride: 3 * width)
                    : HeadColumns(heads: heads, width: width, start: part * heads * width)
            }
            projections = .fused(map(name, .projections), query: place(0), key: place(1), value: place(2))
        }
        queryNorm = shape.normalizesHeads ? parameter(names.queryNorm, "weight") : nil
        keyNorm = shape.normalizesHeads ? parameter(names.keyNorm, "weight") : nil
        attentionOutput = map(names.attentionOutput, .attentionOutput)
        innerNorm = norm(names.innerNorm)
        gate = shape.isGated ? map(names.gate, .mlp) : nil
        up = map(names.up, .mlp)
        down = map(names.down, .mlp)
    }
}
