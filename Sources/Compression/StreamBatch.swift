import Basics
import Compiler
import RASP
import TensorCore

/// Several inputs with the states that the compiled model has on them, rows of all inputs one after the other.
struct StreamBatch {
    let inputs: [[Atom]]
    /// First row of each input, its BOS; and N.
    let starts: [Int]
    /// What every sublayer reads, and the last state: 2 layers + 1 tensors [N, D].
    let sublayerStates: [Tensor]
    /// layers + 1 tensors [N, D].
    var states: [Tensor] { stride(from: 0, to: sublayerStates.count, by: 2).map { sublayerStates[$0] } }

    /// - Throws: `Failure` for an input that the model cannot read.
    init(_ model: CompiledModel, _ inputs: [[Atom]]) throws {
        self.inputs = inputs
        starts = inputs.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count + 1) }
        let (rows, width) = (starts[starts.count - 1], model.width)
        let states = (0...2 * model.layerCount).map { _ in Tensor(zeros: [rows, width]) }
        for (start, input) in zip(starts, inputs) {
            for (state, values) in zip(states, try model.sublayerStates(input)) {
                values.withUnsafeBufferPointer { values in
                    if let base = values.baseAddress { state.row(start).update(from: base, count: values.count) }
                }
            }
        }
        sublayerStates = states
    }

    /// About so many rows of random inputs.
    init(_ model: CompiledModel, rows: Int, _ random: inout SeededRandom) throws {
        var (inputs, count): ([[Atom]], Int) = ([], 0)
        while count < rows {
            let input = model.randomInput(&random)
            inputs.append(input)
            count += input.count + 1
        }
        try self.init(model, inputs)
    }

    /// Calls `body(input, position, row)` for every row but BOS's.
    func forEachPosition(_ body: (_ input: Int, _ position: Int, _ row: Int) -> Void) {
        for (number, input) in inputs.enumerated() {
            for position in input.indices { body(number, position, starts[number] + 1 + position) }
        }
    }
}
