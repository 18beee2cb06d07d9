import TensorCore

/// What a run says about itself before its first step.
enum TrainingHeader {
    /// What the last bits of a run's results depend on beside its settings.
    static var machine: String {
        "\(Parallel.threads) threads, BLAS kernel \(BLAS.kernelName), vectors \(VectorLevel.inUse.name)"
    }

    static func lines(_ inputs: TrainingInputs) -> [String] {
        let settings = inputs.settings
        let shape = inputs.student.model.configuration
        let layout = VariableLayout(inputs.compiled)
        var lines = [
            "student \(settings.student): \(shape.layers) layers x \(shape.width), \(shape.parameterCount) parameters, "
                + "vocabulary \(shape.vocabularySize)",
            "task \(settings.task), program \(inputs.task.task.program): \(layout.layers) compiled layers x \(layout.width), "
                + "variables " + layout.variables.map(\.name).joined(separator: " "),
            "method \(settings.method.rawValue), recipe \(settings.recipe), \(settings.steps) steps of "
                + "\(settings.batch.task) examples + \(settings.perturbedExamples) perturbed + \(settings.batch.text) texts of \(settings.text.tokens) tokens",
        ]
        if let alignment = inputs.alignment {
            lines.append(
                "alignment \(alignment.kind.rawValue) at student layers "
                    + alignment.layers.map(String.init).joined(separator: " ")
                    + (inputs.roll.map { ", roll " + $0.places.map { "after layer \($0.site) keeping \($0.rowCount) rows" }.joined(separator: ", ") } ?? "")
                    + (inputs.exchanges.map { ", \($0.pairs) pairs exchange a variable" } ?? ""))
        }
        lines.append(
            "seed \(settings.seed), \(settings.precision.effective.rawValue), " + machine)
        return lines
    }
}
