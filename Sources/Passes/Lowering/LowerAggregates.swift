import RASP

extension Lowering {
    /// The number of selected positions: BOS is attended to as strongly as each of them, and its share of the attention
    /// is 1 / (d + 1).
    mutating func width(of form: SelectorForm, _ span: SourceSpan?) throws -> ValueTable {
        if form.isNever { return .constant(.int(0)) }
        if form.terms.isEmpty, setting.causal {
            // The selector selects all positions up to the row's own. How many these are follows from the index,
            // without attention.
            return try map(tableOfVariable(.indices)) { .int($0 + 1) }
        }
        let variable = try widthVariable(form, span)
        return tableOfVariable(variable)
    }

    mutating func widthVariable(_ form: SelectorForm, _ span: SourceSpan?) throws -> VariableNumber {
        if let known = variableOfWidth[form] { return known }
        let widths = Array(form.smallestWidth...form.largestWidth)
        let number = try add(
            CompilerVariable(
                origin: .width(form), representation: .scalar(flagged: nil), values: widths.map { .int($0) },
                scalars: widths.map { 1 / Double($0 + 1) }, time: attentionTime(form.variables), span: span))
        variableOfWidth[form] = number
        return number
    }

    /// The first attention at which all of these can be read.
    func attentionTime(_ sources: [VariableNumber]) -> Int {
        let latest = max(floor, sources.map { variables[$0].time }.max() ?? 0)
        return latest + (latest % 2 == 0 ? 1 : 2)
    }

    /// - Throws: `Failure` (an internal error) for a variable that does not fit the others, before anything is computed
    ///   from it.
    mutating func add(_ variable: CompilerVariable) throws -> VariableNumber {
        try variable.checkInvariants(among: variables)
        return variables.append(variable)
    }

    mutating func lowerAggregate(
        _ sop: SOp, _ selector: Selector, _ values: SOp, _ defaultValue: Atom?, _ reduction: Reduction
    ) throws {
        let form: SelectorForm
        if case .pick(let occurrence) = reduction {
            form = try pickForm(selector, occurrence, sop.span)
        } else {
            form = try selectorForm(selector)
        }
        if form.isNever {
            tables[sop] = .constant(defaultValue)
            return
        }
        if let open = openMeans[values] {
            if reduction == .sum, form.largestWidth > 1 { throw unlistedValues(values, usedAt: sop.span) }
            openMeans[sop] = try openMean(
                form,
                MeanRead(
                    selector: form, source: open, numberOfValue: [], defaultNumber: defaultValue?.doubleValue ?? 0,
                    flagsEmptyRows: form.smallestWidth == 0 && defaultValue?.doubleValue == nil), defaultValue, sop.span
            )
            return
        }
        tables[sop] = try aggregate(form, table(of: values), defaultValue, reduction, sop, selector)
    }

    /// - Returns: nil where it is a mean with too many reachable values, noted in `openMeans`.
    mutating func aggregate(
        _ form: SelectorForm, _ table: ValueTable, _ defaultValue: Atom?, _ reduction: Reduction, _ sop: SOp,
        _ selector: Selector
    ) throws -> ValueTable? {
        if form.largestWidth <= 1 {
            // Numbers that are too many for a direction each are copied as the one number that they are.
            let isOneNumber =
                table.values.count > setting.limits.directions && table.values.allSatisfy { $0?.isNumeric ?? false }
            return try isOneNumber ? mean(form, table, defaultValue, sop) : gather(form, table, defaultValue, sop)
        }
        if table.values.last == .some(nil) {
            return try aggregateWithUndefined(form, table, defaultValue, reduction, sop, selector)
        }
        // A mean of several different numbers; of one value it is a copy. The mean of anything else is an error to
        // the interpreter.
        guard table.values.allSatisfy({ $0?.isNumeric ?? false }) else {
            return try gather(form, table, defaultValue, sop)
        }
        if reduction == .sum { return try sum(form, table, defaultValue, sop, selector) }
        if table.values.count == 1 { return try gather(form, table, defaultValue, sop) }
        return try mean(form, table, defaultValue, sop)
    }

    /// A one-hot copied through the attention pattern.
    private mutating func gather(
        _ form: SelectorForm, _ table: ValueTable, _ defaultValue: Atom?, _ sop: SOp
    ) throws -> ValueTable {
        let table = try readable(table, sop.span)
        let canBeEmpty = form.smallestWidth == 0
        var results = table.values
        if canBeEmpty, !results.contains(defaultValue) { results.append(defaultValue) }
        let order = ValueOrder.sorted(Array(results.indices), of: results)
        let values = order.map { results[$0] }
        let direction = { (atom: Atom?) in atom == nil ? -1 : values.firstIndex(of: atom) ?? -1 }
        let read = GatherRead(
            selector: form, source: table.axes.first?.variable,
            outputOfValue: table.axes.isEmpty
                ? [direction(table.values[0])] : table.outputByValue.map { direction(table.values[$0]) },
            defaultOutput: canBeEmpty ? direction(defaultValue) : -1)
        let key = GatherKey(read: read, values: values)
        if let known = variableOfGather[key] { return tableOfVariable(known) }
        let number = try add(
            CompilerVariable(
                origin: .gather(read), representation: .oneHot, values: values,
                time: attentionTime(form.variables + table.axes.map(\.variable)), span: sop.span))
        variableOfGather[key] = number
        return tableOfVariable(number)
    }

    /// A table over at most one one-hot variable, which attention can read as it is; made where it is not one.
    private mutating func readable(_ table: ValueTable, _ span: SourceSpan?) throws -> ValueTable {
        if table.axes.isEmpty || (table.axes.count == 1 && variables[table.axes[0].variable].isOneHot) { return table }
        let variable = try materialise(table, named: nil, encoding: .categorical, span)
        return tableOfVariable(variable)
    }

    /// The mean as a scalar; nil where its reachable values are too many to list.
    mutating func mean(
        _ form: SelectorForm, _ table: ValueTable, _ defaultValue: Atom?, _ sop: SOp
    ) throws -> ValueTable? {
        // A scalar is averaged as it is; a one-hot through a number for each value.
        var readable = table
        if table.axes.count > 1 || (!variables[table.axes[0].variable].isOneHot && !isScalarItself(table)) {
            let scalar = try materialise(table, named: nil, encoding: .numerical, sop.span)
            readable = tableOfVariable(scalar)
        }
        let source = readable.axes[0].variable
        let numbers =
            variables[source].isOneHot ? readable.outputByValue.map { readable.values[$0]?.doubleValue ?? 0 } : []
        let inputs = table.values.compactMap { $0?.doubleValue }
        try checkMagnitudes(inputs + [defaultValue?.doubleValue ?? 0], sop.span)
        try checkCancellation(inputs, sop.span)
        let canBeEmpty = form.smallestWidth == 0
        let defaultNumber = defaultValue?.doubleValue
        let read = MeanRead(
            selector: form, source: source, numberOfValue: numbers,
            defaultNumber: canBeEmpty ? defaultNumber ?? inputs.min() ?? 0 : 0,
            flagsEmptyRows: canBeEmpty && defaultNumber == nil)
        let key = MeanKey(read: read, emptyRows: canBeEmpty && defaultNumber == nil ? .some(defaultValue) : nil)
        if let known = variableOfMean[key] {
            if variables[known].isOpen {
                openMeans[sop] = known
                return nil
            }
            return tableOfVariable(known)
        }
        let numberOfSource = numbers.isEmpty ? variables[source].scalars : numbers
        guard let reachable = reachableMeans(form, source, numberOfSource, default: canBeEmpty ? defaultNumber : nil)
        else {
            openMeans[sop] = try openMean(form, read, defaultValue, sop.span)
            return nil
        }
        var values: [Atom?] = reachable.map { Atom(number: $0) }
        var flagged: Int?
        if read.flagsEmptyRows {
            flagged = values.count
            values.append(defaultValue)
        }
        let number = try add(
            CompilerVariable(
                origin: .mean(read), representation: .scalar(flagged: flagged), values: values,
                scalars: reachable + (flagged == nil ? [] : [read.defaultNumber]),
                magnitude: inputs.reduce(variables[source].magnitude) { max($0, abs($1)) },
                time: attentionTime(form.variables + [source]), span: sop.span))
        variableOfMean[key] = number
        return tableOfVariable(number)
    }

    /// Whether the table is a scalar variable whose scalar is its value.
    func isScalarItself(_ table: ValueTable) -> Bool {
        let variable = variables[table.axes[0].variable]
        return !variable.isOneHot && variable.flagged == nil
            && table.isIdentity(of: table.axes[0].variable, values: variable.values)
            && zip(variable.values, variable.scalars).allSatisfy { $0?.doubleValue == $1 }
    }

    private mutating func openMean(_ form: SelectorForm, _ read: MeanRead, _ defaultValue: Atom?, _ span: SourceSpan?)
        throws -> VariableNumber
    {
        let key = MeanKey(read: read, emptyRows: read.flagsEmptyRows ? .some(defaultValue) : nil)
        if let known = variableOfMean[key] { return known }
        let number = try add(
            CompilerVariable(
                origin: .mean(read), representation: .scalar(flagged: read.flagsEmptyRows ? 0 : nil),
                values: read.flagsEmptyRows ? [defaultValue] : [],
                scalars: read.flagsEmptyRows ? [read.defaultNumber] : [], isOpen: true,
                time: attentionTime(form.variables + [read.source]), span: span))
        variableOfMean[key] = number
        return number
    }
}

extension Lowering {
    /// One double for each number that a mean can be; nil where they are too many to list.
    ///
    /// - Parameter numbers: what each value of the source is averaged as.
    private func reachableMeans(
        _ form: SelectorForm, _ source: VariableNumber, _ numbers: [Double], default defaultNumber: Double?
    ) -> [Double]? {
        func list(_ numbers: [Double], upTo most: Int) -> [ReachableNumbers.Entry]? {
            tabulations.reachable(
                ReachableNumbers(
                    reduction: .mean, terms: Set(numbers).sorted().map(spellings.doubles), most: most,
                    limit: setting.limits.reachableValues))
        }
        var entries = list(numbers, upTo: form.largestWidth)
        if entries == nil {
            // There are too many means of all values. But perhaps no row can select all of them, or the value is the
            // same at every position.
            let most = variables.isSameEverywhere(source) ? 1 : form.largestWidth
            let sets = SelectedValues(variables: variables).sets(of: source, in: form)
            guard most == 1 || sets.count > 1 || sets.contains(where: { $0.count < numbers.count }) else { return nil }
            var some: [ReachableNumbers.Entry] = []
            for set in sets {
                guard let own = list(set.map { numbers[$0] }, upTo: most),
                    some.count + own.count <= setting.limits.reachableValues
                else { return nil }
                some += own
            }
            entries = ReachableNumbers.united(some)
        }
        if let defaultNumber {
            entries = entries.map { ReachableNumbers.united($0 + [.init(doubles: [defaultNumber])]) }
        }
        return entries.flatMap(spellings.note)
    }
}
