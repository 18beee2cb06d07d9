import Circuits
import RASP

extension CompiledModel {
    /// The residual states where some components give out what they give out for another input.
    ///
    /// A head's output, or an MLP's, is replaced at every position that both inputs have; what lies behind it runs on
    /// that. BOS's row stays the input's own.
    ///
    /// - Parameters:
    ///   - components: heads and MLPs, their layers counted from 0; the input may be among them.
    ///   - source: the other input, run as it is.
    /// - Throws: `Failure` for an input that the model cannot read.
    package func residualStates(
        _ tokens: [Atom], replacing components: Set<CircuitNode>, with source: [Atom]
    ) throws -> ResidualStates {
        let rows = try encode(tokens)
        var own = Execution(self, [vocabulary.count] + rows)
        var other = Execution(self, try [vocabulary.count] + encode(source))
        let shared = width..<(min(own.positions, other.positions) * width)
        if components.contains(.input) { own.state.replaceSubrange(shared, with: other.state[shared]) }
        var values = Array(own.state[width...])
        for (index, layer) in layers.enumerated() {
            let heads = layer.heads.indices.filter { components.contains(.head(layer: index, head: $0)) }
            own.attend(layer.heads, taking: heads, from: other)
            other.attend(layer.heads)
            own.feedForward(layer, from: components.contains(.mlp(layer: index)) ? other : nil)
            other.feedForward(layer)
            values += own.state[width...]
        }
        return ResidualStates(count: layers.count + 1, positions: rows.count, width: width, values: values)
    }
}
