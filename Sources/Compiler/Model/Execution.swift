import RASP

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
    ///
    /// - Parameters:
    ///   - taken: heads that write what they would write in `other`, at the positions that both passes have but BOS.
    ///   - other: a forward pass that has come as far as this one.
    mutating func attend(_ heads: [CompiledHead], taking taken: [Int] = [], from other: Execution? = nil) {
        guard !heads.isEmpty else { return }
        let input = SparseVectors(dense: state, width: width)
        let otherInput = taken.isEmpty ? nil : other.map { SparseVectors(dense: $0.state, width: width) }
        for (index, head) in heads.enumerated() {
            var means = head.means(queries: input, keys: input, values: input, causal: causal)
            if let otherInput, taken.contains(index) {
                means = means.replacing(
                    1..<min(positions, otherInput.count),
                    by: head.means(queries: otherInput, keys: otherInput, values: otherInput, causal: causal))
            }
            sums.withUnsafeMutableBufferPointer { head.output.accumulate(means, into: $0) }
        }
        addSums()
    }

    /// The MLP reads the stream and writes to it.
    ///
    /// - Parameter other: a forward pass that has come as far as this one, and whose MLP's writes are taken in the place
    ///   of this one's, at the positions that both have but BOS.
    /// - Returns: the hidden units that are awake, at each position.
    @discardableResult
    mutating func feedForward(_ layer: CompiledLayer, from other: Execution? = nil) -> SparseVectors {
        guard layer.hiddenCount > 0 else { return SparseVectors() }
        var active = layer.activations(SparseVectors(dense: state, width: width))
        if let other {
            active = active.replacing(
                1..<min(positions, other.positions),
                by: layer.activations(SparseVectors(dense: other.state, width: width)))
        }
        sums.withUnsafeMutableBufferPointer { layer.output.accumulate(active, into: $0) }
        addSums()
        return active
    }
}
