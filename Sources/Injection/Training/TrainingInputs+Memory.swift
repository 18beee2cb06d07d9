extension TrainingInputs {
    /// How many parts of a step are computed side by side.
    var shards: Int {
        StepShards.count(
            parameters: student.model.parameters.flatCount,
            examples: settings.batch.task + settings.perturbedExamples)
    }

    var loss: InjectionLoss {
        InjectionLoss(terms, roll: roll, projection: initialProjection())
    }

    /// What the run will hold in memory, for a batch as large as nearly all are.
    func memoryPlan() throws -> MemoryPlan {
        let configuration = student.model.configuration
        let kept =
            readsText && settings.text.file == nil
            ? Teacher.cost(tokens: settings.sampledWindows * settings.text.tokens, width: configuration.width) : 0
        return try MemoryPlan(
            settings, model: student.model, loss: loss, variables: AlignedVariables(VariableLayout(compiled)),
            hasTeacher: readsText, kept: kept,
            exchanges: exchanges,
            batch: SyntheticBatch(
                examples: exampleLengths,
                texts: readsText ? Array(repeating: settings.text.tokens, count: settings.batch.text) : [],
                vocabulary: configuration.vocabularySize))
    }

    /// Lengths of a step's examples that add up to what nearly no step exceeds: the mean and three deviations of the
    /// sum.
    private var exampleLengths: [Int] {
        let count = settings.batch.task + settings.perturbedExamples
        let longest = task.encoder.longest
        guard !lengths.isEmpty, count > 0 else { return Array(repeating: longest, count: count) }
        let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
        let variance = lengths.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(lengths.count)
        let bound = Int((mean + 3 * (variance / Double(count)).squareRoot()).rounded(.up))
        return Array(repeating: min(bound, longest), count: count)
    }
}
