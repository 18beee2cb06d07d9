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
        outputs(of: try residualStates(tokens))
    }

    /// The output at every position that the last of the states holds; nil where it is undefined.
    public func outputs(of states: ResidualStates) -> [Atom?] {
        let variable = outputVariable
        return (0..<states.positions).map { decode(variable, states.row(state: states.count - 1, position: $0)) }
    }

    /// The labelled residual stream, state by state.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    public func residualStates(_ tokens: [Atom]) throws -> ResidualStates {
        try residualStates(tokens, intervening: { _, _ in })
    }

    /// The same, where every state (its number; `[tokens + 1, width]`, BOS's row first) can be changed before the
    /// layers behind it run.
    func residualStates(_ tokens: [Atom], intervening intervene: (Int, inout [Float]) -> Void) throws -> ResidualStates
    {
        let rows = try encode(tokens)
        var execution = Execution(self, [vocabulary.count] + rows)
        var values: [Float] = []
        values.reserveCapacity((layers.count + 1) * rows.count * width)
        for index in 0...layers.count {
            if index > 0 {
                execution.attend(layers[index - 1].heads)
                execution.feedForward(layers[index - 1])
            }
            intervene(index, &execution.state)
            values += execution.state[width...]
        }
        return ResidualStates(count: layers.count + 1, positions: rows.count, width: width, values: values)
    }

    /// What every sublayer reads, and the last state: the embedding, the stream after the attention of layer 1, after
    /// its MLP, and so on. 2 layers + 1 states `[tokens + 1, width]`, BOS's row first.
    ///
    /// - Throws: `Failure` for an input that the model cannot read.
    package func sublayerStates(_ tokens: [Atom]) throws -> [[Float]] {
        var execution = Execution(self, try [vocabulary.count] + encode(tokens))
        var states = [execution.state]
        for layer in layers {
            execution.attend(layer.heads)
            states.append(execution.state)
            execution.feedForward(layer)
            states.append(execution.state)
        }
        return states
    }
}

/// A forward pass that touches non-zeros only. Sums are formed in double precision and rounded to fp32 once per
/// sublayer.
struct Execution {
    let width: Int
    let positions: Int
    let causal: Bool
    /// `[positions, width]`, BOS first.
    var state: [Float]
    private var sums: [Double]
    /// Shares below exp(-40) are lost beside a number of fp32. They are left out altogether: on a direction that should
    /// be zero they would stay, and later layers could sum them up.
    static let negligibleLogit = -40.0

    init(_ model: CompiledModel, _ rows: [Int]) {
        width = model.width
        positions = rows.count
        causal = model.causal
        var (tokens, places) = (SparseVectors(), SparseVectors())
        for (position, row) in rows.enumerated() {
            tokens.append(row, 1)
            tokens.endVector()
            places.append(position, 1)
            places.endVector()
        }
        sums = [Double](repeating: 0, count: rows.count * model.width)
        state = [Float](repeating: 0, count: sums.count)
        sums.withUnsafeMutableBufferPointer { sums in
            model.tokenEmbedding.accumulate(tokens, into: sums)
            model.positionEmbedding.accumulate(places, into: sums)
        }
        addSums()
    }

    private mutating func addSums() {
        state.withUnsafeMutableBufferPointer { state in
            sums.withUnsafeMutableBufferPointer { sums in
                UnsafeBufferPointer(sums).forEachNonzero { index, sum in
                    state[index] = Float(Double(state[index]) + sum)
                    sums[index] = 0
                }
            }
        }
    }

    /// Softmax attention: all heads read the stream, then all write to it.
    mutating func attend(_ heads: [CompiledHead]) {
        guard !heads.isEmpty else { return }
        let input = SparseVectors(dense: state, width: width)
        for head in heads {
            let means = attentionMeans(head, input)
            sums.withUnsafeMutableBufferPointer { head.output.accumulate(means, into: $0) }
        }
        addSums()
    }

    /// The same, where some heads write what they would write in another forward pass that has come as far as this
    /// one, at the positions that both have but BOS.
    mutating func attend(_ heads: [CompiledHead], taking taken: [Int], from other: Execution) {
        guard !taken.isEmpty else { return attend(heads) }
        let input = SparseVectors(dense: state, width: width)
        let otherInput = SparseVectors(dense: other.state, width: width)
        for (index, head) in heads.enumerated() {
            var means = attentionMeans(head, input)
            if taken.contains(index) {
                let source = other.attentionMeans(head, otherInput)
                means = means.replacing(1..<min(positions, other.positions), by: source)
            }
            sums.withUnsafeMutableBufferPointer { head.output.accumulate(means, into: $0) }
        }
        addSums()
    }

    private func attentionMeans(_ head: CompiledHead, _ input: SparseVectors) -> SparseVectors {
        let (size, valueSize) = (head.keySize, head.valueSize)
        let queries = SparseVectors(dense: head.query.apply(input).map(Float.init), width: size)
        let keys = head.key.apply(input)
        let values = head.value.apply(input)
        var result = SparseVectors()
        var logits = [Double](repeating: 0, count: positions)
        var mean = [Double](repeating: 0, count: valueSize)
        keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                for query in 0..<positions {
                    let visible = causal ? query + 1 : positions
                    for key in 0..<visible { logits[key] = 0 }
                    for entry in queries.starts[query]..<queries.starts[query + 1] {
                        let (dimension, factor) = (Int(queries.columns[entry]), queries.values[entry])
                        for key in 0..<visible { logits[key] += factor * keys[key * size + dimension] }
                    }
                    let total = Self.exponentiate(&logits, visible)
                    for index in mean.indices { mean[index] = 0 }
                    for key in 0..<visible where logits[key] != 0 {
                        let share = logits[key] / total
                        for index in 0..<valueSize { mean[index] += share * values[key * valueSize + index] }
                    }
                    for index in mean.indices where mean[index] != 0 { result.append(index, mean[index]) }
                    result.endVector()
                }
            }
        }
        return result
    }

    /// exp(logit - largest) in place; returns the sum.
    private static func exponentiate(_ logits: inout [Double], _ count: Int) -> Double {
        var largest = logits[0]
        for index in 1..<max(count, 1) where logits[index] > largest { largest = logits[index] }
        var total = 0.0
        for index in 0..<count {
            // Logits of selected positions are equal, so most differences are 0 and need no exponential.
            let difference = logits[index] - largest
            logits[index] = difference == 0 ? 1 : difference < negligibleLogit ? 0 : exp(difference)
            total += logits[index]
        }
        return total
    }

    mutating func feedForward(_ layer: CompiledLayer) {
        let units = layer.hiddenCount
        guard units > 0 else { return }
        let input = SparseVectors(dense: state, width: width)
        // One position after the other: all activations at once would be the largest allocation by far.
        var activations = [Double](repeating: 0, count: units)
        var active = SparseVectors()
        activations.withUnsafeMutableBufferPointer { activations in
            for position in 0..<positions {
                layer.hidden.apply(input, position, into: activations)
                for unit in 0..<units { activations[unit] = activations[unit] > 0 ? activations[unit] : 0 }
                UnsafeBufferPointer(activations).forEachNonzero { unit, activation in active.append(unit, activation) }
                active.endVector()
            }
        }
        sums.withUnsafeMutableBufferPointer { layer.output.accumulate(active, into: $0) }
        addSums()
    }
}
