extension TrainingInputs {
    /// How a step is divided among ranks and threads.
    ///
    /// - Parameter count: the shards that a run has begun with; nil for a new one.
    func division(count: Int? = nil) throws -> StepDivision {
        try StepDivision(
            count: count ?? settings.batch.shards, parameters: student.model.parameters.flatCount,
            examples: settings.batch.task + settings.perturbedExamples,
            least: roll != nil || exchanges != nil ? 2 : 1, ranks: ranks)
    }

    var loss: InjectionLoss { InjectionLoss(terms, roll: roll, projection: initialProjection()) }

    /// What the run will hold in memory, for a batch as large as nearly all are.
    func memoryPlan(_ division: StepDivision) throws -> MemoryPlan {
        let configuration = student.model.configuration
        let kept =
            readsText && settings.text.file == nil
            ? Teacher.cost(tokens: settings.sampledWindows * settings.text.tokens, width: configuration.width) : 0
        return try MemoryPlan(
            settings, model: student.model, loss: loss, variables: AlignedVariables(VariableLayout(compiled)),
            hasTeacher: readsText, kept: kept, lanes: division.lanes, ranks: ranks.size,
            exchanges: exchanges,
            batch: SyntheticBatch(
                examples: exampleLengths(division.part(of: settings.batch.task + settings.perturbedExamples)),
                texts: readsText
                    ? Array(repeating: settings.text.tokens, count: division.part(of: settings.batch.text)) : [],
                vocabulary: configuration.vocabularySize))
    }

    /// Lengths of so many examples that add up to what nearly no step exceeds: the mean and three deviations of the
    /// sum.
    private func exampleLengths(_ count: Int) -> [Int] {
        let longest = task.encoder.longest
        guard !lengths.isEmpty, count > 0 else { return Array(repeating: longest, count: count) }
        let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
        let variance = lengths.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(lengths.count)
        let bound = Int((mean + 3 * (variance / Double(count)).squareRoot()).rounded(.up))
        return Array(repeating: min(bound, longest), count: count)
    }
}
