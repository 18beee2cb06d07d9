import Foundation
import RASP

/// The residual stream of one input after the embedding and after every layer, BOS left out.
public struct ResidualStates: Sendable {
    /// layers + 1
    public let count: Int
    public let positions: Int
    public let width: Int
    /// `[count, positions, width]`, row-major.
    public let values: [Float]

    /// One state, `[positions, width]` row-major.
    public subscript(state: Int) -> ArraySlice<Float> {
        let size = positions * width
        return values[(state * size)..<((state + 1) * size)]
    }

    public func row(state: Int, position: Int) -> ArraySlice<Float> {
        let start = (state * positions + position) * width
        return values[start..<(start + width)]
    }
}

extension CompiledModel {
    /// The output at every position; nil where it is undefined.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func run(_ tokens: [Atom]) throws -> [Atom?] {
        let states = try residualStates(tokens)
        let variable = outputVariable
        return (0..<states.positions).map { decode(variable, states.row(state: states.count - 1, position: $0)) }
    }

    /// The labelled residual stream, state by state.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func residualStates(_ tokens: [Atom]) throws -> ResidualStates {
        let rows = try encode(tokens)
        var execution = Execution(self, [vocabulary.count] + rows)
        var values: [Float] = []
        values.reserveCapacity((layers.count + 1) * rows.count * width)
        values += execution.state[width...]
        for layer in layers {
            for head in layer.heads { execution.attend(head) }
            execution.addAttention()
            execution.feedForward(layer)
            values += execution.state[width...]
        }
        return ResidualStates(count: layers.count + 1, positions: rows.count, width: width, values: values)
    }
}

/// A forward pass that touches non-zeros only.
private struct Execution {
    let width: Int
    let positions: Int
    let causal: Bool
    /// `[positions, width]`, BOS first.
    var state: [Float]
    private var pending: [Double]

    init(_ model: CompiledModel, _ rows: [Int]) {
        width = model.width
        positions = rows.count
        causal = model.causal
        var sums = [Double](repeating: 0, count: rows.count * model.width)
        sums.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for (position, row) in rows.enumerated() {
                model.tokenEmbedding.add(1, row, to: base + position * model.width)
                model.positionEmbedding.add(1, position, to: base + position * model.width)
            }
        }
        state = sums.map(Float.init)
        pending = [Double](repeating: 0, count: sums.count)
    }

    /// `b + A x` at every position, `[positions, rows]`.
    private func apply(_ map: SparseMap) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(positions * map.rows)
        let bias = map.bias.map(Double.init)
        for _ in 0..<positions { result += bias }
        result.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, map.rows > 0 else { return }
            for position in 0..<positions {
                for column in 0..<width where state[position * width + column] != 0 {
                    map.add(Double(state[position * width + column]), column, to: base + position * map.rows)
                }
            }
        }
        return result
    }

    /// Softmax attention; what it writes is kept until all heads of the layer have read.
    mutating func attend(_ head: CompiledHead) {
        let (queries, keys, values) = (apply(head.query), apply(head.key), apply(head.value))
        let (size, valueSize) = (head.keySize, head.valueSize)
        var logits = [Double](repeating: 0, count: positions)
        var mean = [Double](repeating: 0, count: valueSize)
        for query in 0..<positions {
            let visible = causal ? query + 1 : positions
            for key in 0..<visible { logits[key] = 0 }
            for dimension in 0..<size where queries[query * size + dimension] != 0 {
                let factor = queries[query * size + dimension]
                for key in 0..<visible { logits[key] += factor * keys[key * size + dimension] }
            }
            let largest = logits[0..<visible].max() ?? 0
            var total = 0.0
            for key in 0..<visible {
                // Equal logits are by far the commonest case, and exp(-40) is lost to fp32.
                let difference = logits[key] - largest
                logits[key] = difference == 0 ? 1 : difference < -40 ? 0 : exp(difference)
                total += logits[key]
            }
            for index in mean.indices { mean[index] = 0 }
            for key in 0..<visible where logits[key] != 0 {
                let share = logits[key] / total
                for index in 0..<valueSize { mean[index] += share * values[key * valueSize + index] }
            }
            pending.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                for index in 0..<valueSize where mean[index] != 0 {
                    head.output.add(mean[index], index, to: base + query * width)
                }
            }
        }
    }

    mutating func addAttention() {
        for index in state.indices where pending[index] != 0 {
            state[index] = Float(Double(state[index]) + pending[index])
            pending[index] = 0
        }
    }

    mutating func feedForward(_ layer: CompiledLayer) {
        let units = layer.hiddenCount
        let activations = apply(layer.hidden)
        pending.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for position in 0..<positions {
                for unit in 0..<units where activations[position * units + unit] > 0 {
                    layer.output.add(activations[position * units + unit], unit, to: base + position * width)
                }
            }
        }
        addAttention()
    }
}
