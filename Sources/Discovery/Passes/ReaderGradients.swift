import LanguageModels
import TensorCore

/// What each edge would change to first order: (what takes the place of the writer's output, less that output) .
/// (gradient of the metric where the edge's reader reads), summed over all tokens. One product for each group of readers
/// that see the same stream, in the backward pass.
final class ReaderGradients {
    private let model: CircuitModel
    private let differences: WriterOutputs
    /// The group that gradients come from now, and the gradients of its readers, [readers of the group, N D].
    private var group: Range<Int>?
    private var gradients: Tensor
    private var isFilled: [Bool] = []
    /// [reader][writer], only those that it sees.
    private(set) var sums: [[Double]]

    init(_ model: CircuitModel, _ differences: WriterOutputs, _ arena: Arena) {
        self.model = model
        self.differences = differences
        sums = model.writersSeen.map { Array(repeating: 0, count: $0) }
        let most = model.readerGroups.map(\.count).max() ?? 1
        gradients = arena.tensor(most, differences.values.columns)
    }

    /// Adds a hook at every reader that takes its gradient.
    func observe(_ hooks: inout Hooks) {
        for group in model.readerGroups {
            for reader in group {
                hooks.add(at: model.readerPoints[reader]) { tape, activation in
                    tape.observingGradient(activation) { [self] in take($0, of: reader, in: group) }
                }
            }
        }
    }

    private func take(_ gradient: Tensor, of reader: Int, in group: Range<Int>) {
        if self.group != group { finish() }
        if self.group == nil {
            self.group = group
            isFilled = Array(repeating: false, count: group.count)
        }
        let row = reader - group.lowerBound
        gradients.rows(row..<row + 1).copy(from: gradient)
        isFilled[row] = true
    }

    /// Counts the gradients that have come in. To be called after the backward pass; in it, a new group does so.
    func finish() {
        guard let group else { return }
        self.group = nil
        // No gradient comes from a reader whose component was replaced.
        for row in isFilled.indices where !isFilled[row] { gradients.rows(row..<row + 1).fill(0) }
        let seen = model.writersSeen[group.lowerBound]
        let product = Tensor(zeros: [group.count, seen])
        BLAS.multiply(
            Matrix(gradients.rows(0..<group.count)), Matrix(differences.values.rows(0..<seen), transposed: true),
            into: product)
        for (row, reader) in group.enumerated() {
            for writer in 0..<seen { sums[reader][writer] += Double(product[row, writer]) }
        }
    }
}
