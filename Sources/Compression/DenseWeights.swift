import Compiler
import TensorCore

/// A compiled model's weights as dense constants of a tape. A weight is [outputs, inputs], as in the model's file.
struct DenseWeights {
    struct Map {
        let weight: Tensor
        /// nil for maps that have none.
        let bias: Tensor?

        init(_ map: SparseMap, biased: Bool) {
            weight = Tensor(map.dense(rows: map.rows, columns: map.columns), shape: [map.rows, map.columns])
            bias = biased ? Tensor(map.bias, shape: [map.rows]) : nil
        }

        func callAsFunction(_ tape: Tape, _ x: Variable, addedTo residual: Variable? = nil) -> Variable {
            tape.linear(
                x, weight: tape.constant(weight), bias: bias.map(tape.constant), transposed: true, addedTo: residual)
        }
    }

    struct Head {
        let query: Map
        let key: Map
        let value: Map
        let output: Map
    }

    struct Layer {
        let heads: [Head]
        /// nil without hidden units.
        let feedForward: (hidden: Map, output: Map)?
    }

    let layers: [Layer]
    let causal: Bool

    init(_ model: CompiledModel) {
        causal = model.causal
        layers = model.layers.map { layer in
            Layer(
                heads: layer.heads.filter { $0.valueSize > 0 }.map {
                    Head(
                        query: Map($0.query, biased: true), key: Map($0.key, biased: true),
                        value: Map($0.value, biased: true),
                        output: Map($0.output, biased: false))
                },
                feedForward: layer.hiddenCount == 0
                    ? nil : (Map(layer.hidden, biased: true), Map(layer.output, biased: false)))
        }
    }

    /// The residual stream of width d, state by state: every sublayer reads `h W^T` and writes through W, all else
    /// is as compiled.
    ///
    /// - Parameters:
    ///   - embedding: [N, D], token plus position embedding of every row, BOS's among them.
    ///   - projection: W, [D, d].
    ///   - starts: first row of each input, and N.
    /// - Returns: layers + 1 states, [N, d] each.
    func states(_ tape: Tape, embedding: Tensor, projection: Variable, starts: [Int]) -> [Variable] {
        var stream = tape.linear(tape.constant(embedding), weight: projection)
        var states = [stream]
        for layer in layers {
            if !layer.heads.isEmpty {
                let read = tape.linear(stream, weight: projection, transposed: true)
                var update: Variable?
                for head in layer.heads {
                    let mean = tape.singleHeadAttention(
                        queries: head.query(tape, read), keys: head.key(tape, read), values: head.value(tape, read),
                        starts: starts, causal: causal)
                    update = head.output(tape, mean, addedTo: update)
                }
                if let update { stream = tape.linear(update, weight: projection, addedTo: stream) }
            }
            if let (hidden, output) = layer.feedForward {
                let read = tape.linear(stream, weight: projection, transposed: true)
                stream = tape.linear(output(tape, tape.relu(hidden(tape, read))), weight: projection, addedTo: stream)
            }
            states.append(stream)
        }
        return states
    }
}
