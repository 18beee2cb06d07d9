import RASP

extension Lowering {
    /// A sum over the selected positions: for each value but 0, the number of selected positions that hold it, times
    /// the value.
    mutating func sum(
        _ form: SelectorForm, _ table: ValueTable, _ defaultValue: Atom?, _ sop: SOp, _ selector: Selector
    ) throws -> ValueTable {
        var parts: [(coefficient: Double, width: VariableNumber)] = []
        for (number, value) in table.values.enumerated() {
            guard let coefficient = value?.doubleValue, coefficient != 0 else { continue }
            let holds = try FiniteFunction.combine([table.function], limit: setting.limits.domain) {
                $0[0] == number ? 1 : 0
            }
            let restricted = try selectorForm(selector, and: [holds.on(.key)])
            if !restricted.isNever { parts.append((coefficient, try widthVariable(restricted, sop.span))) }
        }
        let variable = try weightedWidths(parts, form, sop)
        let total = tableOfVariable(variable)
        guard form.smallestWidth == 0, defaultValue != .int(0) else { return total }
        let width = try width(of: form, sop.span)
        return try tabulate([total, width]) { width.values[$0[1]] == .int(0) ? defaultValue : total.values[$0[0]] }
    }

    private mutating func weightedWidths(
        _ parts: [(coefficient: Double, width: VariableNumber)], _ form: SelectorForm, _ sop: SOp
    ) throws -> VariableNumber {
        try checkMagnitudes(parts.map(\.coefficient), sop.span)
        let reachable = tabulations.reachable(
            ReachableNumbers(
                reduction: .sum, terms: parts.map { spellings.doubles($0.coefficient) }, most: form.largestWidth,
                limit: setting.limits.directions))
        guard let sums = reachable.flatMap(spellings.note) else {
            throw RASPError(
                .limit,
                "this sum can take more than \(setting.limits.directions) different values over inputs of length \(setting.maxLength)",
                at: sop.span, notes: ["sum fewer distinct numbers, or lower the maximum length"])
        }
        let time = parts.map { variables[$0.width].time }.max() ?? 1
        return try add(
            CompilerVariable(
                origin: .weightedWidths(parts), representation: .scalar(flagged: nil),
                values: sums.map { Atom(number: $0) }, scalars: sums,
                magnitude: parts.reduce(0) { $0 + abs($1.coefficient) } * Double(form.largestWidth),
                time: time + time % 2, span: sop.span))
    }

    /// An aggregate over values of which some are undefined: undefined wherever one of those is selected.
    mutating func aggregateWithUndefined(
        _ form: SelectorForm, _ table: ValueTable, _ defaultValue: Atom?, _ reduction: Reduction, _ sop: SOp,
        _ selector: Selector
    ) throws -> ValueTable {
        let some = table.values.lazy.compactMap { $0 }.first
        guard let some else {
            // All values are undefined, so that every row that selects anything is undefined.
            guard form.smallestWidth == 0 else { return .constant(nil) }
            let width = try width(of: form, sop.span)
            return try map(width) { width.values[$0] == .int(0) ? defaultValue : nil }
        }
        let defined = try map(table) { table.values[$0] ?? some }
        let gaps = try FiniteFunction.combine([table.function], limit: setting.limits.domain) {
            table.values[$0[0]] == nil ? 1 : 0
        }
        let gapsSelected = try width(of: selectorForm(selector, and: [gaps.on(.key)]), sop.span)
        let result = try aggregate(form, defined, defaultValue, reduction, sop, selector)
        guard let result else { throw unlistedValues(sop, usedAt: sop.span) }
        let isGap = try map(gapsSelected) { .bool(gapsSelected.values[$0] != .int(0)) }
        return try tabulate([result, isGap]) { isGap.values[$0[1]] == .bool(true) ? nil : result.values[$0[0]] }
    }
}
