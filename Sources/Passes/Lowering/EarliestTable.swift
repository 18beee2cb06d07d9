import RASP

extension Lowering {
    /// A map over inputs of which some become variables and the others dissolve into it: of all these ways the one in
    /// which everything that the map reads is there first, or in time where the s-op has a deadline, and of those the
    /// one with the fewest non-zeros.
    ///
    /// So an input is not fused to save layers where another one is as late anyway: the cheaper way is as early.
    ///
    /// - Parameter compound: the inputs that are maps of several variables.
    /// - Returns: nil where none of the ways is within the limits.
    mutating func earliest(
        _ function: ElementwiseFunction, _ inputs: [SOp], _ compound: [SOp], _ sop: SOp
    ) throws -> ValueTable? {
        var best: (lowering: Lowering, table: ValueTable, time: Int, nonzeros: Int)?
        let distinct = compound.enumerated().filter { !compound[..<$0.offset].contains($0.element) }.map(\.element)
        for separate in Self.choices(of: distinct) {
            // Each of them takes an MLP.
            let earliestTime = separate.map { CompilerVariable.timeOfMLP(after: latestInput(of: $0)) }.max() ?? 0
            if let best, max(earliestTime, deadlines[sop]) > best.time { continue }
            var trial = self
            do {
                for input in separate { _ = try trial.materialise(input, named: nil, encoding: input.encoding) }
            } catch is RASPError { continue }
            guard let table = try trial.evaluate(function, inputs, limit: setting.limits.fusedDomain, sop)
            else { continue }
            let plan = trial.estimate(table)
            guard plan.isPossible, separate.count == distinct.count || fusion.fuses(units: plan.unitCount) else {
                continue
            }
            let time = max(trial.readingTime(table), deadlines[sop])
            let nonzeros = plan.nonzeros + trial.cost(from: variables.endIndex)
            if let known = best, (known.time, known.nonzeros) <= (time, nonzeros) { continue }
            best = (trial, table, time, nonzeros)
        }
        guard let best else { return nil }
        self = best.lowering
        return best.table
    }

    /// Which inputs become variables: every subset of a few, all or none of many.
    private static func choices(of inputs: [SOp]) -> [[SOp]] {
        guard inputs.count <= 4 else { return [[], inputs] }
        return (0..<(1 << inputs.count)).map { choice in
            inputs.enumerated().filter { choice >> $0.offset & 1 == 1 }.map(\.element)
        }
    }

    /// The half-layer after which everything is there that an MLP reads to compute the table; several scalars that it
    /// tells apart are made one-hot first.
    private func readingTime(_ table: ValueTable) -> Int {
        let isDirect = table.axes.count <= 1 || lookupPlan(table, isScalar: false).isPossible
        return table.axes.reduce(0) { latest, axis in
            let time = variables[axis.variable].time
            guard !isDirect, !variables[axis.variable].isOneHot else { return max(latest, time) }
            return max(
                latest, oneHotOf[axis.variable].map { variables[$0].time } ?? CompilerVariable.timeOfMLP(after: time))
        }
    }

    private func latestInput(of sop: SOp) -> Int {
        table(of: sop).axes.map { variables[$0.variable].time }.max() ?? 0
    }
}
