import RASP

extension Lowering {
    /// The same function with entries that no input reaches set to what their neighbours are: under a causal mask at
    /// most i + 1 positions are selected at position i, and the length is more than i. Fewer steps are left to make,
    /// and fewer values.
    func filled(_ function: FiniteFunction<VariableNumber>) -> FiniteFunction<VariableNumber> {
        guard let place = function.axes.firstIndex(where: { $0.variable == .indices }) else { return function }
        var result = function
        for (position, axis) in function.axes.enumerated() where position != place {
            guard let form = countedSelector(axis.variable), setting.causal || form.terms.isEmpty else { continue }
            let isLength = form.terms.isEmpty
            let substitute = function.axes[place].members.map { indices in
                Self.nearestPossible(axis, variables[axis.variable].values) { count in
                    indices.contains { (!setting.causal || count <= $0 + 1) && (!isLength || count > $0) }
                }
            }
            guard substitute.contains(where: { $0.enumerated().contains { $0.offset != $0.element } }) else { continue }
            result.substitute(position, given: place, substitute)
        }
        if result != function { result.mergeClasses() }
        return result
    }

    /// The selector whose width a variable holds, as a scalar or one-hot.
    private func countedSelector(_ variable: VariableNumber) -> SelectorForm? {
        switch variables[variable].origin {
        case .width(let form): form
        case .table(let table):
            if let axis = table.axes.first,
                table.isIdentity(of: axis.variable, values: variables[axis.variable].values),
                case .width(let form) = variables[axis.variable].origin
            {
                form
            } else {
                nil
            }
        case .tokens, .indices, .state, .gather, .mean, .weightedWidths, .balance: nil
        }
    }

    /// For each class of counts the nearest one that holds a possible count.
    private static func nearestPossible(_ axis: Axis, _ values: [Atom?], _ isPossible: (Int) -> Bool) -> [Int] {
        let counts = values.map { $0?.integerValue ?? 0 }
        let possible = counts.indices.filter { isPossible(counts[$0]) }
        let possibleClasses = Set(possible.map { axis.classOf[$0] })
        var result = Array(0..<axis.classCount)
        for (number, index) in axis.classOf.enumerated() where !possibleClasses.contains(index) {
            guard
                let nearest = possible.min(by: { abs(counts[$0] - counts[number]) < abs(counts[$1] - counts[number]) })
            else { continue }
            result[index] = axis.classOf[nearest]
        }
        return result
    }
}

extension FiniteFunction {
    /// Entries with class c of one axis and class d of another take the value at `substitute[d][c]` and d.
    fileprivate mutating func substitute(_ position: Int, given other: Int, _ substitute: [[Int]]) {
        let strides = axes.indices.map { index in axes[(index + 1)...].reduce(1) { $0 * $1.classCount } }
        let old = outputs
        for index in outputs.indices {
            let own = index / strides[position] % axes[position].classCount
            let given = index / strides[other] % axes[other].classCount
            outputs[index] = old[index + (substitute[given][own] - own) * strides[position]]
        }
    }
}
