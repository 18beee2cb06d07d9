/// A boolean function of variables at the key position and variables at the query position: a `FiniteFunction` with
/// outputs 0 and 1.
typealias Relation = FiniteFunction<SidedVariable>

extension FiniteFunction<VariableNumber> {
    /// The same table, its variables read on one side of a selector.
    func on(_ side: Side) -> Relation {
        Relation(axes: axes.map { $0.along(SidedVariable(number: $0.variable, side: side)) }, outputs: outputs)
    }
}

extension Relation {
    /// The axes on one side, in the same order.
    func axes(on side: Side) -> [Axis] { axes.filter { $0.variable.side == side } }

    var isAlwaysTrue: Bool { axes.isEmpty && outputs == [1] }
    var isAlwaysFalse: Bool { axes.isEmpty && outputs == [0] }
}

extension Relation.Axis {
    /// The variable alone, for a table of one side.
    var withoutSide: FiniteFunction<VariableNumber>.Axis { along(variable.number) }
}
