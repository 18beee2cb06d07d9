import TensorCore

/// The parameters of a linear map, and which way round its weights lie.
struct LinearMap: Sendable {
    let weight: Parameter
    let bias: Parameter?
    /// Whether weights are [input, output], and not [output, input].
    let isInputFirst: Bool

    /// y = x W + b, [N, output], or that added to a stream.
    func callAsFunction(_ tape: Tape, _ x: Variable, addedTo stream: Variable? = nil) -> Variable {
        tape.linear(
            x, weight: tape.parameter(weight), bias: bias.map { tape.parameter($0) }, transposed: !isInputFirst,
            addedTo: stream)
    }

    /// The same, and x is not needed after it.
    func discarding(_ tape: Tape, _ x: Variable, addedTo stream: Variable? = nil) -> Variable {
        defer { tape.discard(x) }
        return self(tape, x, addedTo: stream)
    }

    /// Some of the outputs, side by side: the product with their part of the weights.
    func outputs(_ ranges: [Range<Int>], _ tape: Tape, _ x: Variable) -> Variable {
        let cut =
            isInputFirst
            ? columns(ranges, tape, tape.parameter(weight))
            : tape.gatherRows(tape.parameter(weight), rows: ranges.joined().map { Int32($0) })
        let bias = bias.map { columns(ranges, tape, tape.parameter($0)) }
        defer { for used in [cut, bias].compactMap(\.self) { tape.discard(used) } }
        return tape.linear(x, weight: cut, bias: bias, transposed: !isInputFirst)
    }

    /// What some of the inputs alone give, x being only these; without the bias.
    func inputs(_ range: Range<Int>, _ tape: Tape, _ x: Variable) -> Variable {
        let all = tape.parameter(weight)
        let cut =
            isInputFirst ? tape.gatherRows(all, rows: range.map { Int32($0) }) : tape.columns(all, range)
        defer { tape.discard(cut) }
        return tape.linear(x, weight: cut, transposed: !isInputFirst)
    }

    private func columns(_ ranges: [Range<Int>], _ tape: Tape, _ x: Variable) -> Variable {
        guard ranges.count > 1 else { return tape.columns(x, ranges[0]) }
        let parts = ranges.map { tape.columns(x, $0) }
        defer { for part in parts { tape.discard(part) } }
        return tape.concatenatedColumns(parts)
    }
}
