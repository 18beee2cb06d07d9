import LanguageModels
import TensorCore

/// A pass in which every edge is cut in part, and the gradient of the metric with respect to each part:
///
///     x_r = stream + sum over writers u of w_ur (what takes the place of u's output - u's output in this pass)
///
/// w = 0 leaves an edge as it is, w = 1 cuts it. Gradients flow through the writers too.
final class MaskedEdges {
    private let model: CircuitModel
    private let ablated: AblatedBatch
    private let arena: Arena
    /// Of each group of readers, [readers, writers that they see].
    private let weights: [Tensor]
    /// What takes each output's place less the output in this pass, [U, N D].
    private let changes: Tensor
    private var outputs: [Variable] = []
    /// [reader][writer]: the derivative of the metric by w.
    private(set) var gradients: [[Double]]

    /// - Parameters:
    ///   - model: The model.
    ///   - ablated: Clean prompts, and what takes the place of outputs.
    ///   - weights: [reader][writer that it sees], from 0 to 1.
    ///   - arena: Room until the backward pass is over.
    init(_ model: CircuitModel, _ ablated: AblatedBatch, weights: [[Float]], _ arena: Arena) {
        (self.model, self.ablated, self.arena) = (model, ablated, arena)
        self.weights = model.readerGroups.map { group in
            Tensor(Array(weights[group].joined()), shape: [group.count, model.writersSeen[group.lowerBound]])
        }
        changes = arena.tensor(ablated.differences.values.shape)
        gradients = model.writersSeen.map { Array(repeating: 0, count: $0) }
    }

    /// The metric, summed over pairs; leaves the gradients.
    func run() -> Double {
        let tape = model.tape(arena, recording: true)
        let final = model.model.forward(tape, ablated.batch.clean, hooks: hooks()).final
        let loss = ablated.metric.loss(tape, tape.gatherRows(final, rows: ablated.batch.lastRows))
        let value = Double(loss.value.scalar)
        tape.backward(from: loss)
        return value
    }

    private func hooks() -> Hooks {
        var hooks = Hooks()
        // A leaf, so that there is a gradient to follow although no weight of the model wants one.
        hooks.add(at: .residual(0)) { tape, stream in tape.leaf(stream.value) }
        for (number, writer) in model.writers.enumerated() {
            guard let point = writer.hookPoint else { continue }
            hooks.observe(at: point) { [self] activation in
                outputs.append(activation)
                let (before, way) = (ablated.clean[number].pointer, ablated.differences[number].pointer)
                let change = changes.row(number)
                // The input is what it is for the clean prompt, its positions left out.
                let now = writer == .input ? before : activation.value.pointer
                for index in 0..<changes.columns { change[index] = before[index] + way[index] - now[index] }
            }
        }
        for (number, group) in model.readerGroups.enumerated() {
            var streams: Variable?
            for (row, reader) in group.enumerated() {
                hooks.add(at: model.readerPoints[reader]) { [self] tape, stream in
                    let all = streams ?? mixed(tape, stream, group: number)
                    streams = all
                    let rows = stream.value.rows
                    return tape.gatherRows(all, rows: (row * rows..<(row + 1) * rows).map { Int32($0) })
                }
            }
        }
        return hooks
    }

    /// What all readers of a stream read, one behind the other, [readers N, D].
    private func mixed(_ tape: Tape, _ stream: Variable, group number: Int) -> Variable {
        let group = model.readerGroups[number]
        let (count, size) = (group.count, changes.columns)
        let weights = weights[number]
        let seen = changes.rows(0..<weights.columns)
        let value = arena.tensor(count * stream.value.rows, model.width)
        for row in 0..<count { (value.pointer + row * size).update(from: stream.value.pointer, count: size) }
        BLAS.multiply(Matrix(weights), Matrix(seen), into: value.pointer, stride: size, beta: 1)
        let writers = Array(outputs.prefix(weights.columns))
        return tape.record(value, inputs: [stream] + writers) { [self] dy in
            let upstream = Matrix(dy.pointer, rows: count, columns: size)
            let products = Tensor(zeros: [count, weights.columns])
            BLAS.multiply(upstream, Matrix(seen, transposed: true), into: products)
            for (row, reader) in group.enumerated() {
                for writer in 0..<weights.columns { gradients[reader][writer] += Double(products[row, writer]) }
            }
            let ones = Tensor([Float](repeating: 1, count: count), shape: [1, count])
            stream.accumulate { target, beta in
                BLAS.multiply(Matrix(ones), upstream, into: target.pointer, stride: size, beta: beta)
            }
            for (writer, output) in writers.enumerated() {
                let column = Tensor((0..<count).map { -weights[$0, writer] }, shape: [1, count])
                guard column.buffer.contains(where: { $0 != 0 }) else { continue }
                output.accumulate { target, beta in
                    BLAS.multiply(Matrix(column), upstream, into: target.pointer, stride: size, beta: beta)
                }
            }
        }
    }
}
