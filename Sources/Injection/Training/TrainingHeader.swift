import TensorCore

/// What a run says about itself before its first step.
enum TrainingHeader {
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
                + "\(settings.batch.task) examples + \(inputs.perturbedCount) perturbed + \(settings.batch.text) texts of \(settings.text.tokens) tokens",
        ]
        if let alignment = inputs.alignment {
            lines.append(
                "alignment \(alignment.kind.rawValue) at student layers "
                    + alignment.layers.map(String.init).joined(separator: " ")
                    + (inputs.roll.map { ", roll after layer \($0.site) keeping \($0.rows.count) rows" } ?? ""))
        }
        lines.append(
            "seed \(settings.seed), \(Parallel.threads) threads, BLAS kernel \(BLAS.kernelName), "
                + "about \(MemoryPlan(inputs).bytes >> 20) MiB")
        return lines
    }
}

/// Roughly what a run needs in memory, from the sizes of what it holds.
struct MemoryPlan {
    /// Student values, gradients and two moments; the same for the projection; the teacher; activations of one step.
    let bytes: Int

    init(_ inputs: TrainingInputs) {
        let shape = inputs.student.model.configuration
        let settings = inputs.settings
        let width = VariableLayout(inputs.compiled).width
        let teacher = settings.loss.kl > 0 && settings.batch.text > 0
        let parameters = shape.parameterCount * (teacher ? 5 : 4) + width * shape.width * 4
        let rows =
            (settings.batch.task + inputs.perturbedCount) * inputs.task.encoder.longest + settings.batch.text * settings.text.tokens
        // Per layer: stream twice, two norms, queries, keys, values, attention's output and its projection, the MLP's two
        // inner activations and its output; each aligned state: its map and gradient.
        let perRow = shape.layers * (9 * shape.width + 2 * shape.innerWidth) * 5 / 4
        let aligned = (inputs.alignment?.layers.count ?? 0) * (2 * width + shape.width)
        let head = min(rows * shape.vocabularySize, (96 << 20) / 4) * 2
        bytes = 4 * (parameters + rows * (perRow + aligned) + head)
    }
}
