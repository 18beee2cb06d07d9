/// What a run says about itself before its first step.
package enum TrainingHeader {
    static func lines(_ inputs: TrainingInputs) -> [String] {
        let settings = inputs.settings
        let shape = inputs.student.model.configuration
        let layout = VariableLayout(inputs.compiled)
        let names = layout.variables.map(\.name).joined(separator: " ")
        let examples = "\(settings.batch.task) examples + \(settings.perturbedExamples) perturbed"
        var lines = [
            """
            student \(settings.student): \(shape.layers) layers x \(shape.width), \(shape.parameterCount) parameters, \
            vocabulary \(shape.vocabularySize)
            """,
            """
            task \(settings.task), program \(inputs.task.task.program): \(layout.layers) compiled layers x \(layout.width), \
            variables \(names)
            """,
            """
            method \(settings.method.rawValue), recipe \(settings.recipe), \(settings.steps) steps of \
            \(examples) + \(settings.batch.text) texts of \(settings.text.tokens) tokens
            """,
        ]
        if let aligned = inputs.alignedLayers {
            let layers = aligned.map(String.init).joined(separator: " ")
            var line = "alignment \(settings.alignment.kind.rawValue) at student layers \(layers)"
            if let roll = inputs.roll {
                let places = roll.places.map { "after layer \($0.layer) keeping \($0.rowCount) rows" }
                line += ", roll \(places.joined(separator: ", "))"
            }
            if let exchanges = inputs.exchanges { line += ", \(exchanges.pairs) pairs exchange a variable" }
            lines.append(line)
        }
        let precision = settings.precision.effective.rawValue
        lines.append(
            "seed \(settings.seed), \(precision), \(Computation.machines(inputs.ranks.size))"
        )
        return lines
    }
}
