import Basics
import RASP

extension Lowering {
    /// Gives an s-op directions of its own, under a name or as scratch, and returns their variable.
    ///
    /// - Parameter isRead: whether anything is still computed from it.
    mutating func materialise(_ sop: SOp, named name: String?, encoding: Encoding?, isRead: Bool = true) throws
        -> VariableNumber
    {
        if let open = openMeans[sop] {
            if let name { label(open, name) }
            return open
        }
        let table = table(of: sop)
        let variable = try materialise(table, named: name, encoding: encoding ?? inferredEncoding(table), sop.span)
        if let name { variables[variable].note(table.values, under: name) }
        let whole = tableOfVariable(variable)
        if isRead, table != whole, name == nil || !fusion.goesThroughNames { tables[sop] = whole }
        return variable
    }

    /// One direction a value, unless it is a mean, or a sum of means: that is a number in one direction already.
    private func inferredEncoding(_ table: ValueTable) -> Encoding {
        // Empty rows of the mean may hold something that is no number.
        if table.axes.count == 1, isMeanItself(table), table.values.allSatisfy({ $0?.isNumeric ?? true }) {
            return .numerical
        }
        if !table.axes.isEmpty, table.axes.allSatisfy({ !variables[$0.variable].isOneHot }),
            LookupPlan.linear(table, variables) != nil
        {
            return .numerical
        }
        // Numbers that are too many for a direction each can still be one that is written as it is.
        guard table.values.count > setting.limits.directions, table.values.allSatisfy({ $0?.isNumeric ?? false }) else {
            return .categorical
        }
        return lookupPlan(table, isScalar: true).isPossible ? .numerical : .categorical
    }

    private func isMeanItself(_ table: ValueTable) -> Bool {
        let number = table.axes[0].variable
        switch variables[number].origin {
        case .mean, .weightedWidths: return table.isIdentity(of: number, values: variables[number].values)
        default: return false
        }
    }

    mutating func materialise(
        _ table: ValueTable, named name: String?, encoding: Encoding, _ span: SourceSpan?
    ) throws -> VariableNumber {
        let isNumeric = table.values.allSatisfy { $0?.isNumeric ?? true } && table.values.contains { $0 != nil }
        if encoding == .numerical, !isNumeric {
            throw RASPError(
                .type,
                "'\(name ?? "this")' is annotated as numerical and can be \((table.values.first { !($0?.isNumeric ?? true) } ?? nil)?.described ?? "undefined")",
                at: span, notes: ["annotate it as categorical, or make it a number everywhere"])
        }
        // A variable that holds the table already needs no second copy.
        if let axis = table.axes.first, table.axes.count == 1 {
            let existing = variables[axis.variable]
            if table.isIdentity(of: axis.variable, values: existing.values) {
                let isMean = isMeanItself(table)
                if encoding == .categorical
                    ? existing.isOneHot : (!existing.isOneHot && (isMean || isScalarItself(table)))
                {
                    if let name { label(axis.variable, name) }
                    return axis.variable
                }
            }
        }
        let key = TableKey(table: table, encoding: encoding)
        if let known = variableOfTable[key] {
            if let name { label(known, name) }
            return known
        }
        if encoding == .categorical, table.values.count > setting.limits.directions {
            throw RASPError(
                .limit,
                "'\(name ?? "an intermediate value")' can take \(table.values.count) values, one direction each; the budget is "
                    + "\(setting.limits.directions)", at: span,
                notes: ["annotate it as numerical, or map it to fewer values"] + pickHint([table]))
        }
        let number = try write(table, encoding, name, span)
        variableOfTable[key] = number
        return number
    }

    private mutating func write(_ table: ValueTable, _ encoding: Encoding, _ name: String?, _ span: SourceSpan?) throws
        -> VariableNumber
    {
        let variable = try writing(table, encoding, name, span)
        let number = try add(variable)
        if case .categorical = encoding, case .table(let resolved) = variable.origin, let axis = resolved.axes.first,
            resolved.axes.count == 1, !variables[axis.variable].isOneHot,
            resolved.isIdentity(of: axis.variable, values: variables[axis.variable].values)
        {
            oneHotOf[axis.variable] = number
        }
        return number
    }

    /// A variable that holds the table, written by the embedding or the next MLP; it is not among the others yet.
    mutating func writing(
        _ table: ValueTable, _ encoding: Encoding, _ name: String?, _ span: SourceSpan?
    ) throws -> CompilerVariable {
        let direct = table.isWrittenByEmbedding
        let resolved =
            direct
            ? table
            : try withNumericalTwins(
                withOneScalarAtMost(resolvable(table, encoding, span), encoding, span), encoding, span)
        let latest = resolved.axes.map { variables[$0.variable].time }.max() ?? 0
        var variable = CompilerVariable(
            origin: .table(resolved), representation: .oneHot, values: resolved.values,
            time: direct ? 0 : CompilerVariable.timeOfMLP(after: max(latest, floor)), name: name, span: span)
        if encoding == .numerical {
            let flagged = resolved.values.last == .some(nil) ? resolved.values.count - 1 : nil
            variable.representation = .scalar(flagged: flagged)
            // Undefined is marked by the flag; its number only has to be one that readers' thresholds know.
            let some = resolved.values.lazy.compactMap { $0?.doubleValue }.first ?? 0
            variable.scalars = resolved.values.map { $0?.doubleValue ?? some }
        }
        if encoding == .numerical { try checkMagnitudes(variable.scalars, span) }
        if !direct {
            let plan = lookupPlan(resolved, isScalar: encoding == .numerical)
            if encoding == .numerical { variable.magnitude = plan.largestTerm }
            let units = plan.unitCount
            guard units <= setting.limits.hiddenUnits else {
                let sizes = resolved.axes.map { String($0.classCount) }.joined(separator: " x ")
                throw RASPError(
                    .limit,
                    "'\(name ?? "an intermediate value")' is a table of \(sizes) combinations and would take \(units) hidden units; the budget is "
                        + "\(setting.limits.hiddenUnits)", at: span,
                    notes: [
                        "map its inputs to fewer values first, or lower the maximum length (\(setting.maxLength) now)"
                    ] + pickHint([resolved]))
            }
        }
        return variable
    }

    mutating func label(_ variable: VariableNumber, _ name: String) {
        if let own = variables[variable].name {
            if !own.hasSameBytes(as: name) { variables[variable].aliases.append(name) }
        } else {
            variables[variable].name = name
        }
    }

    /// An MLP unit can compare one scalar with thresholds, or a sum of several. Where a table is neither, scalars are
    /// made one-hot first, by the classes that the table tells apart; also where a copy is there already and costs
    /// less, or where thresholds would take more units than there are combinations.
    private mutating func withOneScalarAtMost(_ table: ValueTable, _ encoding: Encoding, _ span: SourceSpan?) throws
        -> ValueTable
    {
        let scalars = table.axes.filter { !variables[$0.variable].isOneHot }.sorted { $0.classCount < $1.classCount }
        guard !scalars.isEmpty else { return table }
        let latest = table.axes.map { variables[$0.variable].time }.max() ?? 0
        let asItIs = lookupPlan(table, isScalar: encoding == .numerical)
        var cheap = table
        for axis in scalars {
            guard let copy = oneHotOf[axis.variable], variables[copy].time <= latest else { continue }
            cheap = cheap.replacing(axis.variable, by: copy, classOf: axis.classOf)
        }
        if cheap != table {
            let plan = lookupPlan(cheap, isScalar: encoding == .numerical)
            if plan.isPossible, plan.nonzeros < asItIs.nonzeros { return cheap }
        }
        let isWasteful = table.axes.count > 1 && asItIs.unitCount > table.function.outputs.count && !fusion.isEager
        if asItIs.isPossible, !isWasteful { return table }
        // The table may depend on a sum of the values although it depends on no sum of the scalars that stand for them.
        var (separate, sum) = (self, table)
        for axis in scalars { sum = try separate.withOneHot(axis, in: sum, span) }
        if sum.axes.count > 1, AdditiveSteps(sum, separate.variables) != nil {
            self = separate
            return sum
        }
        // Either all scalars are made one-hot, or all but the one with the most classes, whichever costs less.
        guard !isWasteful || scalars.count > 1 else {
            self = separate
            return sum
        }
        var (mixed, rest) = (self, table)
        for axis in scalars.dropLast() { rest = try mixed.withOneHot(axis, in: rest, span) }
        let first = variables.endIndex
        let costs = [(separate, sum), (mixed, rest)].map { lowering, table in
            let plan = lowering.lookupPlan(table, isScalar: encoding == .numerical)
            return plan.isPossible ? plan.nonzeros + lowering.cost(from: first) : Int.max
        }
        self = costs[0] < costs[1] ? separate : mixed
        return costs[0] < costs[1] ? sum : rest
    }

    private mutating func withOneHot(_ axis: Axis, in table: ValueTable, _ span: SourceSpan?) throws -> ValueTable {
        if let known = oneHotOf[axis.variable] {
            return table.replacing(axis.variable, by: known, classOf: axis.classOf)
        }
        let classes = ValueTable(
            function: FiniteFunction(axes: [axis], outputs: Array(0..<axis.classCount)),
            unsorted: (0..<axis.classCount).map { .int($0) })
        let copy = try materialise(classes, named: nil, encoding: .categorical, span)
        return table.replacing(axis.variable, by: copy, classOf: Array(0..<axis.classCount))
    }
}

extension ValueTable {
    /// The same table with one axis read from another variable.
    func replacing(_ variable: VariableNumber, by other: VariableNumber, classOf: [Int]) -> ValueTable {
        guard let position = axes.firstIndex(where: { $0.variable == variable }) else {
            preconditionFailure("the table does not depend on variable \(variable.index)")
        }
        let substitute = Axis(variable: other, classOf: classOf, classCount: axes[position].classCount)
        var changed = axes
        changed[position] = substitute
        let order = changed.indices.sorted { changed[$0].variable < changed[$1].variable }
        var outputs = [Int](repeating: 0, count: function.outputs.count)
        var strides = [Int](repeating: 1, count: changed.count)
        for index in order.indices.dropLast().reversed() {
            strides[index] = strides[index + 1] * changed[order[index + 1]].classCount
        }
        function.forEachEntry { digits, output in
            var offset = 0
            for (index, axis) in order.enumerated() { offset += digits[axis] * strides[index] }
            outputs[offset] = output
        }
        return ValueTable(function: FiniteFunction(axes: order.map { changed[$0] }, outputs: outputs), unsorted: values)
    }
}
