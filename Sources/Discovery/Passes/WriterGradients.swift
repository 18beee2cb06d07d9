import LanguageModels

/// The same for nodes: (what takes the place of a writer's output, less that output) . (gradient of the metric at the
/// output), summed over all tokens.
final class WriterGradients {
    private let model: CircuitModel
    private let differences: WriterOutputs
    private(set) var sums: [Double]

    init(_ model: CircuitModel, _ differences: WriterOutputs) {
        self.model = model
        self.differences = differences
        sums = Array(repeating: 0, count: model.writers.count)
    }

    /// Adds a hook at every writer that takes its gradient, behind the hooks that are there.
    func observe(_ hooks: inout Hooks) {
        for (number, writer) in model.writers.enumerated() {
            guard let point = writer.hookPoint else { continue }
            hooks.add(at: point) { tape, activation in
                tape.observingGradient(activation) { [self] gradient in
                    let difference = differences[number]
                    var sum = 0.0
                    for row in 0..<gradient.rows {
                        // Products of a row in single precision, rows in double.
                        var part: Float = 0
                        for column in 0..<gradient.columns { part += gradient[row, column] * difference[row, column] }
                        sum += Double(part)
                    }
                    sums[number] += sum
                }
            }
        }
    }
}
