import RASP

extension Lowering {
    /// The selector of a pick, ready for one head that selects one position a row.
    ///
    /// - Throws: `RASPError` where scores that tell all positions apart would be too large for fp32.
    mutating func pickForm(_ selector: Selector, _ occurrence: Occurrence, _ span: SourceSpan?) throws -> SelectorForm {
        var form = try selectorForm(selector)
        guard !form.isNever, form.largestWidth > 1 else { return form }
        // Under the mask the last position that is seen is the nearest.
        let occurrence = occurrence == .closest && setting.causal ? .last : occurrence
        try checkScores(occurrence, conditions: form.terms.count, span)
        let length = Double(setting.maxLength)
        let positionUnit = ThresholdStep.powerOfTwo(atLeast: length)
        let squareUnit = ThresholdStep.powerOfTwo(atLeast: 2 * length * length)
        let position = try positionScalar(span, unit: positionUnit) { $0 }
        var square: VariableNumber?
        if occurrence == .closest {
            square = try positionScalar(span, unit: squareUnit) { 2 * $0 * $0 + $0 }
            // Rows that see the same positions still pick different ones.
            form.isUnmasked = false
        }
        form.order = PickOrder(
            occurrence: occurrence, position: position, positionUnit: positionUnit, square: square,
            squareUnit: squareUnit, length: setting.maxLength)
        return form.narrowedToOne
    }

    /// A number of each position, which the embedding writes.
    private mutating func positionScalar(
        _ span: SourceSpan?, unit: Double, _ number: (Double) -> Double
    ) throws -> VariableNumber {
        let table = try map(tableOfVariable(.indices)) { .float(number(Double($0)) / unit) }
        return try materialise(table, named: nil, encoding: .numerical, span)
    }

    /// Scores are whole multiples of the gap, which fp32 holds exactly up to 2^24. Where the stream is read with
    /// errors, those of large scores have to stay far below the gap.
    private func checkScores(_ occurrence: Occurrence, conditions: Int, _ span: SourceSpan?) throws {
        let weight = PickOrder.conditionWeight(occurrence, setting.maxLength)
        let largest = weight * Double(conditions + 2)
        // Key and query are both off by the read error: in each condition, and in the scores of positions, which all
        // together are less than one condition for the first and the last, and less than three for the closest.
        let products = Double(conditions) + (occurrence == .closest ? 3 : 1)
        let error = 2 * setting.readError * weight * products
        guard largest > 0x1p24 || error > PickOrder.gap / 4 else { return }
        throw RASPError(
            .limit,
            "picking the \(occurrence.rawValue) of up to \(setting.maxLength) positions takes attention scores of up to "
                + "\(Int(largest)), which are too large to be "
                + (largest > 0x1p24 ? "exact in fp32" : "told apart behind a layer normalisation"), at: span,
            notes: [
                occurrence == .closest
                    ? "lower the maximum length, or pick the first or the last position: their scores grow with the length, not with its square"
                    : "lower the maximum length (\(setting.maxLength) now)"
            ])
    }
}

extension SelectorForm {
    /// The same form where an order leaves one position of a row at most.
    fileprivate var narrowedToOne: SelectorForm {
        var form = SelectorForm(
            terms: terms, isNever: isNever, largestWidth: min(largestWidth, 1), smallestWidth: min(smallestWidth, 1))
        form.isUnmasked = isUnmasked
        form.order = order
        return form
    }
}
