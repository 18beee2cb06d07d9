import RASP

extension Lowering {
    /// A function of a sum over one-hot variables, read from numbers instead: a unit then reads one direction a
    /// variable, not one a value. The numbers are written by the units that write the one-hots, and vanish after their
    /// last use.
    mutating func withNumericalTwins(_ table: ValueTable, _ encoding: Encoding, _ span: SourceSpan?) throws
        -> ValueTable
    {
        let wide = table.axes.filter { variables[$0.variable].isOneHot && $0.classCount > 2 }
        guard !wide.isEmpty, table.axes.count > 1, let steps = AdditiveSteps(table, variables) else { return table }
        let units = 2 * (steps.intervals.count - 1)
        let twins = wide.reduce(0) { $0 + 2 * variables[$1.variable].values.count }
        let plan = lookupPlan(table, isScalar: encoding == .numerical)
        guard units * (table.axes.count + 3) + twins < plan.nonzeros else { return table }
        var (trial, result) = (self, table)
        for axis in wide {
            guard let twin = try trial.numericalTwin(of: axis.variable, span) else { return table }
            result = result.replacing(axis.variable, by: twin, classOf: axis.classOf)
        }
        guard AdditiveSteps(result, trial.variables) != nil else { return table }
        self = trial
        return result
    }

    /// The variable's number as a scalar, scaled to at most 1, written when the variable is; nil where it has none or
    /// attention copies it.
    private mutating func numericalTwin(of number: VariableNumber, _ span: SourceSpan?) throws -> VariableNumber? {
        let variable = variables[number]
        let values = variable.values.compactMap { $0?.doubleValue }
        guard values.count == variable.values.count, zip(values, values.dropFirst()).allSatisfy(<),
            let largest = values.map(abs).max(), largest > 0
        else { return nil }
        let table: ValueTable
        switch variable.origin {
        case .tokens, .indices: table = tableOfVariable(number)
        // What a loop left behind is known by its value alone: its table reads what its last round found, which is gone.
        case .table where floor > 0 && variable.time <= floor: table = tableOfVariable(number)
        case .table(let own): table = own
        case .state, .gather, .mean, .width, .weightedWidths, .balance: return nil
        }
        guard Resolution.holds(largest) else { return nil }
        let scale = 1 / ThresholdStep.powerOfTwo(atLeast: largest)
        // The table itself with other numbers, in the same order: a value has a twin, whatever else is known to be
        // impossible.
        let scaled = ValueTable(
            function: table.function, values: variable.values.map { $0?.doubleValue.map { .float($0 * scale) } })
        let twin = try materialise(scaled, named: nil, encoding: .numerical, span)
        return variables[twin].values.count == variable.values.count ? twin : nil
    }
}
